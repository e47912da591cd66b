import { toPem } from '../../pki/keys/pem.ts';
import { keyFor } from './people.ts';
import { askOpenssl, download, type Stage } from './stage.ts';

interface Created { authorityId: string; certificateId: string; label: string }
export interface Authorities { root: Created; issuing: Created }

const organisation = 'Cơ quan chứng thực mẫu (demo)';

/** A root CA, an issuing CA below it, and the root pinned as what trust begins with. */
export async function makeAuthorities(stage: Stage): Promise<Authorities> {
  const { tell, address } = stage;
  const api = stage.as('administrator');
  const root = await tell.step('A root CA and an issuing CA are made', async (say) => {
    const made = await api.post<Created>('/api/v1/authorities', {
      kind: 'root', slug: 'root', commonName: 'RootCA Ấn Tín mẫu', organisation, key: { type: 'ec', curve: 'P-384' }, days: 7305,
    });
    say(`RootCA Ấn Tín mẫu: ECDSA P-384, 20 years, self-signed, its key wrapped with AES-256-GCM`);
    return made;
  });
  const issuing = await tell.step('The issuing CA is certified by the root', async (say) => {
    const made = await api.post<Created>('/api/v1/authorities', {
      kind: 'issuing', parentId: root.authorityId, slug: 'state', commonName: 'CA phục vụ các cơ quan Nhà nước mẫu', organisation,
      key: { type: 'ec', curve: 'P-256' }, days: 3652,
    });
    say('CA phục vụ các cơ quan Nhà nước mẫu: ECDSA P-256, with an OCSP responder, a timestamp unit and its first CRL');
    await keepChain(stage, root, made);
    const verdict = await askOpenssl(['verify', '-x509_strict', '-CAfile', `${stage.folder}/root.pem`, `${stage.folder}/issuing.pem`]);
    if (verdict) say(`openssl verify: ${verdict.ok ? 'OK' : verdict.output}`);
    say(`${address}/ca/${made.label}.cer   ${address}/crl/${made.label}.crl`);
    return made;
  });
  await tell.step('The root is pinned as a trust anchor, by its fingerprint and by two people', async (say) => {
    const { generations } = (await api.get<{ items: { id: string; generations: { sha256Fingerprint: string }[] }[] }>('/api/v1/authorities')).items
      .find(({ id }) => id === root.authorityId)!;
    const fingerprint = generations[0]!.sha256Fingerprint;
    const certificate = toPem('CERTIFICATE', await download(`${address}/ca/${root.label}.cer`));
    const { id } = await api.post<{ id: string }>('/api/v1/trust-anchors', { certificate, fingerprint, label: 'RootCA Ấn Tín mẫu', domain: 'VGCA' });
    stage.keys['second-administrator'] = await keyFor(stage, { name: 'Vũ Hải Yến', roles: ['administrator'] });
    await stage.as('second-administrator').post(`/api/v1/trust-anchors/${id}/approval`, { fingerprint });
    say(`SHA-256 ${fingerprint}`);
  });
  return { root, issuing };
}

async function keepChain(stage: Stage, root: Created, issuing: Created): Promise<void> {
  const rootPem = toPem('CERTIFICATE', await download(`${stage.address}/ca/${root.label}.cer`));
  const issuingPem = toPem('CERTIFICATE', await download(`${stage.address}/ca/${issuing.label}.cer`));
  await stage.keep('root.pem', rootPem);
  await stage.keep('issuing.pem', issuingPem);
  await stage.keep('ca-chain.pem', rootPem + issuingPem);
}
