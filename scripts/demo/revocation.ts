import { serialHex } from '../../pki/certificate/parse.ts';
import { parseCrl } from '../../pki/crl/parse.ts';
import { toPem } from '../../pki/keys/pem.ts';
import type { Authorities } from './authorities.ts';
import type { Holding } from './certificate.ts';
import { signAndKeep, verifyExpecting } from './document.ts';
import { askOpenssl, download, type Stage } from './stage.ts';

const patienceMs = 15_000;

/** The device is lost: the old certificate is revoked, and the next CRL and OCSP answer say so. */
export async function revokeOld(stage: Stage, { issuing }: Authorities, old: Holding): Promise<void> {
  const { tell, address, folder } = stage;
  const serial = serialHex(old.certificate.serialNumber);
  await tell.step('The old device is lost: the old certificate is revoked', async (say) => {
    await nextSecond();
    await stage.as('approver').post(`/api/v1/certificates/${old.certificateId}/revocation`, { reason: 'keyCompromise', comment: 'Thất lạc thiết bị lưu khóa bí mật' });
    say('thất lạc thiết bị (device lost) → keyCompromise; a new CRL, the signed list of revoked certificates, is made at once');
  });
  await tell.step('A new CRL says so', async (say) => {
    const der = await awaitListed(`${address}/crl/${issuing.label}.crl`, old.certificate.serialNumber);
    const crl = parseCrl(der);
    await stage.keep('issuing-crl.pem', toPem('X509 CRL', der));
    say(`CRL number ${crl.crlNumber}, ${crl.entryCount} revoked, this update ${crl.thisUpdate.toISOString()}`);
    await stage.keep('old.pem', toPem('CERTIFICATE', old.chain[0]!));
    const verdict = await askOpenssl(['verify', '-crl_check', '-CAfile', `${folder}/ca-chain.pem`, '-CRLfile', `${folder}/issuing-crl.pem`, `${folder}/old.pem`]);
    if (verdict) say(`openssl verify -crl_check: ${/certificate revoked/.test(verdict.output) ? 'certificate revoked' : verdict.output}`);
    say(`${address}/crl/${issuing.label}.crl`);
  });
  await tell.step('An OCSP answer says so', async (say) => {
    const verdict = await askOpenssl(['ocsp', '-issuer', `${folder}/issuing.pem`, '-serial', `0x${serial}`, '-url', `${address}/ocsp`, '-CAfile', `${folder}/ca-chain.pem`]);
    if (verdict) for (const line of verdict.output.split('\n').filter((text) => /verify|revoked|Reason|Revocation/.test(text))) say(`openssl ocsp: ${line.trim()}`);
    else say('openssl is not installed here: ask it elsewhere with the line below');
    say(`openssl ocsp -issuer ${folder}/issuing.pem -serial 0x${serial} -url ${address}/ocsp -CAfile ${folder}/ca-chain.pem`);
  });
}

/** Timestamps and revocations are told in whole seconds: within one second there is no before and after. */
const nextSecond = (): Promise<void> => new Promise((done) => setTimeout(done, 1_000));

/** The job that makes the CRL runs on its own; a person would look again a moment later. */
async function awaitListed(url: string, serialNumber: bigint): Promise<Uint8Array> {
  for (let waited = 0; waited < patienceMs; waited += 100) {
    const der = await download(url);
    if (parseCrl(der).find(serialNumber)) return der;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${url} does not list the revoked certificate`);
}

/** Signed and timestamped before the revocation: still good. Signed after it: not. */
export async function judgeOldResults(stage: Stage, before: Uint8Array, pdf: Uint8Array, old: Holding): Promise<void> {
  const { tell } = stage;
  await tell.step('The result signed before the revocation, with a timestamp', async (say) => {
    for (const line of await verifyExpecting(stage, 'result-timestamped.pdf', before, (it) => it === 'TOTAL-PASSED')) say(line);
  });
  await tell.step('One signed after it with the old key', async (say) => {
    const after = await signAndKeep(stage, pdf, old, { name: 'result-after-revocation.pdf', timestamped: true });
    for (const line of await verifyExpecting(stage, 'result-after-revocation.pdf', after, (it) => it !== 'TOTAL-PASSED')) say(line);
  });
}
