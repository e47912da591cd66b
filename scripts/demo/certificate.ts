import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { buildCsr } from '../../pki/csr/build.ts';
import { parseCertificate, serialHex, type Certificate } from '../../pki/certificate/parse.ts';
import { parsePem, toPem } from '../../pki/keys/pem.ts';
import { signerFrom } from '../../pki/keys/signer.ts';
import { sequence } from '../../pki/asn1/der-writer.ts';
import type { People } from './people.ts';
import type { Stage } from './stage.ts';

export interface Request { id: string; state: string; newCertificateId: string | null }

/** A certificate with its private key, as an official holds them. */
export interface Holding { certificateId: string; certificate: Certificate; chain: Uint8Array[]; privateKey: KeyObject }

/** The official's key and PKCS#10, the agency's request, two operators, the certificate. */
export async function obtainCertificate(stage: Stage, { unit, official }: People): Promise<Holding> {
  const { tell } = stage;
  const privateKey = await tell.step('The official makes a key and asks for a certificate', async (say) => {
    say('RSA 3072, made here; the service sees a PKCS#10: the public key, signed with its private half as a proof that it is held');
    return generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey;
  });
  const request = await tell.step('The agency hands in the request and confirms it', async (say) => {
    const made = await stage.as('registrar').post<Request>('/api/v1/requests', {
      kind: 'issue', profile: 'official-signing', officialId: official.id, csr: await csrOf(privateKey),
    });
    await decide(stage, 'registrar', made.id, 'confirm');
    say(`cấp mới (first issue) for ${official.name}, ${unit.name}: draft → confirmed`);
    return made;
  });
  await tell.step('A first operator examines it', async (say) => {
    const { state } = await decide(stage, 'examiner', request.id, 'examine');
    say(`confirmed → ${state}; the same operator could not approve it as well`);
  });
  return tell.step('A second operator approves, the certificate is issued', async (say) => {
    const approved = await decide(stage, 'approver', request.id, 'approve');
    const holding = await fetchHolding(stage, approved, privateKey);
    await keepHolding(stage, 'official', holding);
    say(`examined → ${approved.state}: serial ${serialHex(holding.certificate.serialNumber)}`);
    say(`valid ${day(holding.certificate.notBefore)} to ${day(holding.certificate.notAfter)}; serial and content were stored before they were signed`);
    say(`${stage.address}/api/v1/certificates/${holding.certificateId}`);
    return holding;
  });
}

/** A renewal: a new key under the same name, by the same hands. */
export async function renewCertificate(stage: Stage, { certificateId }: Holding): Promise<Holding> {
  return stage.tell.step('The certificate is renewed, with a new key', async (say) => {
    const privateKey = generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey;
    const { id } = await stage.as('registrar').post<Request>('/api/v1/requests', { kind: 'renew', certificateId, csr: await csrOf(privateKey) });
    await decide(stage, 'registrar', id, 'confirm');
    await decide(stage, 'examiner', id, 'examine');
    const holding = await fetchHolding(stage, await decide(stage, 'approver', id, 'approve'), privateKey);
    await keepHolding(stage, 'official-renewed', holding);
    say(`gia hạn (renewal): serial ${serialHex(holding.certificate.serialNumber)}, to ${day(holding.certificate.notAfter)}`);
    say('the law gives a first certificate five years and a renewal three; the old one stays good until it is revoked');
    return holding;
  });
}

/** One decision on a request. */
export const decide = (stage: Stage, who: 'registrar' | 'examiner' | 'approver', id: string, decision: string): Promise<Request> =>
  stage.as(who).post<Request>(`/api/v1/requests/${id}/decisions`, { decision });

/** A PKCS#10 without a name: the service takes it from the register. */
export async function csrOf(privateKey: KeyObject): Promise<string> {
  return toPem('CERTIFICATE REQUEST', await buildCsr(sequence(), signerFrom(privateKey)));
}

/** The certificate a request ended in, with its chain. @throws Error if there is none or it is for another key */
export async function fetchHolding(stage: Stage, { newCertificateId: certificateId, state }: Request, privateKey: KeyObject): Promise<Holding> {
  if (certificateId === null) throw new Error(`the request ended as ${state} without a certificate`);
  const answer = await fetch(`${stage.address}/api/v1/certificates/${certificateId}`, {
    headers: { authorization: `Bearer ${stage.keys.registrar}`, accept: 'application/pem-certificate-chain' },
  });
  if (!answer.ok) throw new Error(`the certificate answered ${answer.status}`);
  const chain = parsePem(await answer.text()).map(({ der }) => der);
  const certificate = parseCertificate(chain[0]!);
  const ours = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  if (!ours.equals(certificate.publicKey.der)) throw new Error('the certificate is for another key');
  return { certificateId, certificate, chain, privateKey };
}

/** Key and chain as PEM files, for the person who tries `npm run sign`. */
export async function keepHolding(stage: Stage, name: string, { chain, privateKey }: Holding): Promise<void> {
  await stage.keep(`${name}-key.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }), true);
  await stage.keep(`${name}-chain.pem`, chain.map((der) => toPem('CERTIFICATE', der)).join(''));
}

const day = (at: Date): string => at.toISOString().slice(0, 10);
