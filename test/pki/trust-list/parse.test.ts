import { sha256Fingerprint } from '../../../pki/certificate/fingerprint.ts';
import { PkiError } from '../../../pki/error.ts';
import { parseTrustList, type TrustList } from '../../../pki/trust-list/parse.ts';
import { makeEntity } from '../../../scripts/make-chain.ts';
import { signedTrustList, trustListXml, type ListWish } from '../../trust-list.ts';
import { makeHolder, type Holder } from '../certificates.ts';
import { signed } from '../xml/signed-xml.ts';

let publisher: Holder;
let stranger: Holder;
const ca = makeEntity({ subject: 'Public CA', ca: true }).certificate;
const tsa = makeEntity({ subject: 'TSA', ca: true }).certificate;

beforeAll(async () => {
  [publisher, stranger] = [await makeHolder({ profile: 'root-ca', name: 'Publisher' }), await makeHolder({ profile: 'root-ca', name: 'Stranger', kind: 'p384' })];
});

const pin = (holder: Holder): string => sha256Fingerprint(holder.certificate.der);
const parse = async (wish: ListWish): Promise<TrustList> => parseTrustList(await signedTrustList(wish, publisher), pin(publisher));

test('services with their states, in Vietnamese where a name is', async () => {
  const list = await parse({
    sequenceNumber: 12, services: [
      { certificate: ca, status: 'withdrawn', since: '2026-01-01T00:00:00Z', history: [{ status: 'granted', since: '2022-01-01T00:00:00Z' }] },
      { certificate: tsa, type: 'TSA/QTST' }, { certificate: tsa, type: 'unspecified' },
    ],
  });
  expect(list).toMatchObject({ operatorName: 'National Centre', sequenceNumber: 12, issuedAt: new Date('2026-10-01T00:00:00Z'), nextUpdate: new Date('2027-03-01T00:00:00Z'), unreadable: 0 });
  expect(list.services.map(({ scope, name, provider, states }) => ({ scope, name, provider, states }))).toEqual([
    { scope: 'signing', name: 'Chứng thực chữ ký số', provider: 'Provider', states: [{ granted: false, since: new Date('2026-01-01T00:00:00Z') }, { granted: true, since: new Date('2022-01-01T00:00:00Z') }] },
    { scope: 'timestamping', name: 'Chứng thực chữ ký số', provider: 'Provider', states: [{ granted: true, since: new Date('2020-01-01T00:00:00Z') }] },
  ]);
});

test('a closed list has no next update; a certificate that nobody can read is counted and left out', async () => {
  expect((await parse({ nextUpdate: null })).nextUpdate).toBeUndefined();
  const broken = { ...ca, der: Buffer.from('no certificate') };
  expect(await parse({ services: [{ certificate: broken }, { certificate: ca }] })).toMatchObject({ unreadable: 1, services: [{ name: 'Chứng thực chữ ký số' }] });
});

test.each<[string, string, () => Promise<Uint8Array> | Uint8Array, (() => string)?]>([
  ['signed by another', 'trust-list-signer-unknown', () => signedTrustList({}, stranger)],
  ['under another pin', 'xml-signature-invalid', async () => {
    const xml = Buffer.from(await signedTrustList({}, stranger)).toString();
    return Buffer.from(xml.replace(/<ds:X509Certificate>[^<]*/, `<ds:X509Certificate>${Buffer.from(publisher.certificate.der).toString('base64')}`));
  }],
  ['changed after signing', 'xml-signature-invalid', async () => Buffer.from(Buffer.from(await signedTrustList({}, publisher)).toString().replace('>1</TSLSequenceNumber>', '>2</TSLSequenceNumber>'))],
  ['not signed', 'trust-list-signer-unknown', () => Buffer.from(trustListXml({}))],
  ['with a document type', 'xml-doctype', () => Buffer.from(trustListXml({}).replace('?>\n', '?>\n<!DOCTYPE a SYSTEM "file:///etc/passwd">'))],
  ['with a number that is none', 'trust-list-malformed', () => signedTrustList({ sequenceNumber: '-3' }, publisher)],
  ['with a time in a zone', 'trust-list-malformed', () => signedTrustList({ issuedAt: '2026-10-01T00:00:00+07:00' }, publisher)],
  ['that is another document', 'trust-list-malformed', async () => Buffer.from(await signed('<list/>'.replace('/>', '></list>'), publisher))],
  ['that is no XML', 'xml-malformed', () => Buffer.from('a list')],
])('a list %s is refused: %s', async (_case, code, make) => {
  const bytes = await make();
  let refused: unknown;
  try {
    parseTrustList(bytes, pin(publisher));
  } catch (error) {
    refused = error instanceof PkiError ? error.code : error;
  }
  expect(refused).toBe(code);
});
