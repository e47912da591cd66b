import { sha256Fingerprint } from '../../../pki/certificate/fingerprint.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { makeEntity } from '../../../scripts/make-chain.ts';
import { addOperator, issueApiKey } from '../../../src/access/operators.ts';
import type { Services } from '../../../src/services.ts';
import { proposeTrustAnchor } from '../../../src/trust-anchors/propose.ts';
import { proposeTrustList } from '../../../src/trust-lists/propose.ts';
import { testActor } from '../../authorities.ts';
import { makeHolder } from '../../pki/certificates.ts';
import { signedTrustList } from '../../trust-list.ts';

/** What administrators look after. */
export interface Kept {
  /** Somebody with an API key, whom nobody signs in as: what is done to them ends no session of the others. */
  operatorId: string;
  /** Proposed by somebody; it waits for a second person. */
  anchorId: string;
  /** A trusted list that waits likewise. */
  trustListId: string;
}

/** One of each. */
export async function keptThings(services: Services): Promise<Kept> {
  const { id: operatorId } = await services.db.transaction((tx) =>
    addOperator(tx, testActor, { name: 'Lê Văn Kiểm', email: 'levankiem@bcy.gov.vn', kind: 'person', roles: ['operator'] }, services.now()));
  await issueApiKey(services, testActor, { operatorId, label: 'Đồng bộ nhân sự', days: 90 });
  const { der } = makeEntity({ subject: 'CA gốc của đối tác', ca: true }).certificate;
  const { id: anchorId } = await proposeTrustAnchor(services, testActor, {
    certificate: toPem('CERTIFICATE', der), fingerprint: sha256Fingerprint(der), label: 'CA gốc của đối tác', domain: 'NEAC', scope: 'any',
  });
  const publisher = await makeHolder({ profile: 'root-ca', name: 'Publisher' });
  const xml = await signedTrustList({ services: [{ certificate: makeEntity({ subject: 'CA công cộng', ca: true }).certificate }] }, publisher);
  const { list } = await proposeTrustList(services, testActor, { xml, domain: 'NEAC', signerFingerprint: sha256Fingerprint(publisher.certificate.der) });
  return { operatorId, anchorId, trustListId: list.id };
}

const below = (path: string, rest: readonly string[], addressOf: (kept: Kept) => string): [string, (kept: Kept) => string][] =>
  ['', ...rest].map((end) => [path + end, (kept) => addressOf(kept) + end]);

/** Where their pages are opened. */
export const keptSamples: Readonly<Record<string, (kept: Kept) => string>> = {
  '/audit/:number': () => '/audit/1',
  ...Object.fromEntries([
    ...below('/operators/:id', ['/rights', '/state', '/sessions', '/keys', '/keys/revoke', '/certificates/revoke', '/recovery', '/recovery/approve', '/recovery/refuse'], ({ operatorId }) => `/operators/${operatorId}`),
    ...below('/trust-anchors/:id', ['/approve', '/withdraw', '/withdrawal'], ({ anchorId }) => `/trust-anchors/${anchorId}`),
    ...below('/trust-anchors/lists/:id', ['/approve', '/refuse'], ({ trustListId }) => `/trust-anchors/lists/${trustListId}`),
  ]),
};
