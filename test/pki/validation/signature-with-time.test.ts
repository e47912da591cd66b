import { createHash } from 'node:crypto';
import { oids } from '../../../pki/asn1/oids.ts';
import { derNull, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import type { CandidateTimestamp, SignatureCandidate } from '../../../pki/validation/candidate.ts';
import { noEvidence, type EvidenceBytes } from '../../../pki/validation/evidence.ts';
import { readSignedDocument } from '../../../pki/validation/format-checking.ts';
import { publicServicePolicy, strictPolicy, type ValidationPolicy } from '../../../pki/validation/policy.ts';
import { validateSignedDocument } from '../../../pki/validation/validate.ts';
import { extension, makeEntity, newKey } from '../../../scripts/make-chain.ts';
import { at, blocksOf, join, verdictOf, World } from './world.ts';

const world = new World();
const official = world.official();
const signedAt = at('2025-06-01');
const soon = at('2025-06-10');
const good = world.status(at('2025-06-05'));
const policy = (change: Partial<ValidationPolicy>): ValidationPolicy => ({ ...publicServicePolicy, ...change });

test('a signature with everything at hand passes, and every block says so', async () => {
  const report = world.judge(await world.cms(official, { stampedAt: signedAt }), soon, good);
  expect(verdictOf(report)).toBe('TOTAL-PASSED');
  expect(report).toMatchObject({ outcome: 'valid', nature: 'personal-only', signatures: [{ format: 'CAdES-B-T', trustDomain: 'VGCA', missing: [] }] });
  const [signature] = report.signatures;
  expect(blocksOf(signature!)).toEqual(['format-checking', 'identification-of-signing-certificate', 'validation-context-initialization', 'cryptographic-verification',
    'certificate-validation', 'signature-acceptance', 'basic-signature', 'signature-with-time']);
  expect(signature!.buildingBlocks.flatMap(({ checks }) => checks).every(({ met }) => met)).toBe(true);
  expect(blocksOf(signature!.timestamps[0]!)).toEqual(['certificate-validation', 'timestamp-validation']);
  expect(signature!.buildingBlocks.find(({ name }) => name === 'certificate-validation')).toMatchObject({ clause: '5.2.6', at: soon });
});

const late = at('2026-02-01');
const lateGood = world.status(at('2026-01-20'));
const revokedThen = (days: string, reason?: 'keyCompromise' | 'certificateHold', invalidity?: Date) =>
  world.status(at('2025-06-08'), { entries: [world.revoked(official, at(days), reason, invalidity)] });

test.each([
  // what was signed or known                          stamped            asked at  evidence                                                        verdict
  ['status is missing',                                undefined,         soon,     { ...noEvidence, certificates: world.authorities() },           'INDETERMINATE TRY_LATER'],
  ['status is outdated',                               undefined,         soon,     world.status(at('2025-04-01')),                                 'INDETERMINATE TRY_LATER'],
  ['the issuer is missing',                            undefined,         soon,     noEvidence,                                                     'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND'],
  ['revoked, and no proof of time',                    undefined,         soon,     revokedThen('2025-06-03'),                                      'INDETERMINATE REVOKED_NO_POE'],
  ['revoked after the proven time',                    signedAt,          soon,     revokedThen('2025-06-03'),                                      'TOTAL-PASSED'],
  ['revoked before the proven time',                   at('2025-06-04'),  soon,     revokedThen('2025-06-03'),                                      'INDETERMINATE REVOKED_NO_POE'],
  ['compromised before the proven time',               signedAt,          soon,     revokedThen('2025-06-03', 'keyCompromise', at('2025-05-30')),   'INDETERMINATE REVOKED_NO_POE'],
  ['compromised after the proven time',                signedAt,          soon,     revokedThen('2025-06-03', 'keyCompromise', at('2025-06-02')),   'TOTAL-PASSED'],
  ['on hold',                                          undefined,         soon,     revokedThen('2025-06-03', 'certificateHold'),                   'INDETERMINATE TRY_LATER'],
  ['on hold after the proven time',                    signedAt,          soon,     revokedThen('2025-06-03', 'certificateHold'),                   'TOTAL-PASSED'],
  ['its CA is revoked',                                undefined,         soon,     world.status(at('2025-06-08'), { rootEntries: [world.revoked(world.issuing, at('2025-06-03'))] }), 'INDETERMINATE REVOKED_CA_NO_POE'],
  ['expired, no status at its end',                    undefined,         late,     lateGood,                                                       'INDETERMINATE OUT_OF_BOUNDS_NO_POE'],
  ['expired, good to its end',                         undefined,         late,     join(lateGood, world.status(at('2025-12-20'))),                 'INDETERMINATE OUT_OF_BOUNDS_NOT_REVOKED'],
  ['expired, good to its end, proven before',          signedAt,          late,     join(lateGood, world.status(at('2025-12-20')), good),           'TOTAL-PASSED'],
  ['expired, status of after the proven time',         signedAt,          late,     join(lateGood, good),                                           'TOTAL-PASSED'],
  ['expired, status of before the proven time alone',  signedAt,          late,     join(lateGood, world.status(at('2025-05-20'))),                 'INDETERMINATE OUT_OF_BOUNDS_NO_POE'],
  ['proven only after the end',                        at('2026-01-10'),  late,     join(lateGood, world.status(at('2025-12-20'))),                 'INDETERMINATE OUT_OF_BOUNDS_NOT_REVOKED'],
  ['proven before the beginning',                      at('2019-12-01'),  soon,     good,                                                           'INDETERMINATE OUT_OF_BOUNDS_NO_POE'],
])('%s', async (_what, stampedAt, time, evidence, verdict) => {
  const unit = stampedAt && stampedAt < at('2020-01-01') ? world.makeUnit({ notBefore: at('2016-01-01') }) : world.unit;
  const given = { ...evidence, certificates: [...evidence.certificates, unit.certificate.der] };
  const expected = stampedAt && stampedAt < at('2020-01-01') ? 'TOTAL-FAILED NOT_YET_VALID' : verdict;
  expect(verdictOf(world.judge(await world.cms(official, stampedAt ? { stampedAt, unit } : {}), time, given))).toBe(expected);
});

test.each<[string, Parameters<World['official']>[0], Partial<ValidationPolicy>, string]>([
  ['a purpose that is not signing',     { extensions: [extension(oids.extKeyUsage, false, sequence(oid(oids.timeStamping)))] }, {},  'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE'],
  ['keyUsage that does not sign',       { keyUsage: ['keyAgreement'] },                     {},                                       'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE'],
  ['an unknown critical extension',     { extensions: [extension('1.2.3.4', true, derNull)] }, {},                                    'INDETERMINATE CERTIFICATE_CHAIN_GENERAL_FAILURE'],
  ['a digest refused since',            {}, { algorithms: [{ digest: 'sha256', refusedFrom: '2025-01-01', source: 'test' }] },         'INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE'],
  ['status older than the policy takes', {}, { maxStatusAgeSeconds: 86_400 },                                                         'INDETERMINATE TRY_LATER'],
  ['the delay of its timestamp',        {}, { maxTimestampDelaySeconds: 3_600 },                                                      'INDETERMINATE SIG_CONSTRAINTS_FAILURE'],
  ['status of before the grace is over', {}, { statusGraceSeconds: 5 * 86_400 },                                                      'INDETERMINATE TRY_LATER'],
])('%s', async (_what, wishes, change, verdict) => {
  const file = await world.cms(world.official(wishes), { stampedAt: at('2025-06-02'), claimed: signedAt });
  const report = world.judge(file, soon, good, { policy: policy(change) });
  expect(verdictOf(report)).toBe(verdict);
  expect(report.outcome).toBe('insufficient');
});

test('what is missing and when to ask again', async () => {
  const report = world.judge(await world.cms(official), soon, revokedThen('2025-06-03', 'certificateHold'));
  expect(report.signatures[0]!.missing).toEqual([{ kind: 'status', subject: 'CN=Nguyễn Văn A', tryAgainAt: at('2025-07-08') }]);
  const graced = world.judge(await world.cms(official, { stampedAt: at('2025-06-07') }), soon, good, { policy: policy({ statusGraceSeconds: 0 }) });
  expect(graced.signatures[0]!.missing).toEqual([{ kind: 'status', subject: 'CN=Nguyễn Văn A', tryAgainAt: at('2025-07-05') }]);
});

test('trust in the anchor that ended: a proof of before carries, none does not', async () => {
  const sunset = [world.anchor({ trustedUntil: at('2025-06-06') }), world.anchor({ scope: 'timestamping' })];
  expect(verdictOf(world.judge(await world.cms(official), soon, good, { anchors: sunset }))).toBe('INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  expect(verdictOf(world.judge(await world.cms(official, { stampedAt: signedAt }), soon, good, { anchors: sunset }))).toBe('TOTAL-PASSED');
  const later = [world.anchor({ trustedFrom: at('2025-06-06'), scope: 'signing' }), world.anchor({ scope: 'timestamping' })];
  expect(verdictOf(world.judge(await world.cms(official, { stampedAt: signedAt }), soon, good, { anchors: later }))).toBe('INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
});

test('a receipt of our own proves existence like a timestamp', async () => {
  const report = world.judge(await world.cms(official), soon, revokedThen('2025-06-03'), { knownSince: signedAt });
  expect(verdictOf(report)).toBe('TOTAL-PASSED');
  expect(report.signatures[0]!.signingTime).toMatchObject({ proven: signedAt, provenBy: 'receipt' });
});

test('the strict policy asks for nonRepudiation and takes no SHA-1 of any time', async () => {
  const plain = world.official({ keyUsage: ['digitalSignature'] });
  expect(verdictOf(world.judge(await world.cms(plain), soon, good, { policy: strictPolicy }))).toBe('INDETERMINATE CHAIN_CONSTRAINTS_FAILURE');
  expect(verdictOf(world.judge(await world.cms(official), soon, good, { policy: strictPolicy }))).toBe('TOTAL-PASSED');
});

test('a CA’s name without its key does not lead to trust', async () => {
  const file = await world.cms(makeEntity({ subject: 'signer', issuer: makeEntity({ subject: 'root', ca: true }) }));
  expect(verdictOf(world.judge(file, soon, good))).toBe('INDETERMINATE CERTIFICATE_CHAIN_GENERAL_FAILURE');
});

test('a maze of CAs ends the search, and that is GENERIC', async () => {
  const key = newKey();
  const keeper = makeEntity({ subject: 'maze', issuer: world.root, ca: true });
  // the signer's CA in two certificates, above each of them a hundred and sixty keys of one name, none of which signed them
  const entries = [1, 2].map(() => makeEntity({ subject: 'gate', issuer: keeper, ca: true, key }));
  const walls = Array.from({ length: 160 }, () => makeEntity({ subject: 'maze', issuer: world.root, ca: true }));
  const file = await world.cms(makeEntity({ subject: 'signer', issuer: entries[0]! }));
  const certificates = [...entries, ...walls].map(({ certificate }) => certificate.der);
  expect(verdictOf(world.judge(file, soon, { ...good, certificates }))).toBe('INDETERMINATE GENERIC');
});

/** A candidate of a format that can do more than those at hand: the seam is all the algorithm knows. */
function withCandidate(file: Uint8Array, time: Date, change: (candidate: SignatureCandidate) => Partial<SignatureCandidate>, ...[evidence = good, rules = publicServicePolicy]: [EvidenceBytes?, ValidationPolicy?]): string {
  const document = readSignedDocument(file);
  const candidates = document.candidates.map((candidate) => ({ ...candidate, ...change(candidate) }));
  const { report } = validateSignedDocument({ ...document, candidates }, { validationTime: time, policy: rules, anchors: [world.anchor()], evidence });
  return verdictOf(report);
}

/** A token over the content, made before the signature. */
async function contentTimestamp(genTime: Date): Promise<{ timestamps: CandidateTimestamp[] }> {
  const [token, stamped] = [await world.token(Buffer.from('content'), genTime), createHash('sha256').update('content').digest()];
  return { timestamps: [{ kind: 'content-timestamp', token, stamped: () => stamped, covers: () => ({ signatures: [], evidence: noEvidence, tokens: [] }) }] };
}

test.each<[string, Date, Date, EvidenceBytes, ValidationPolicy, string]>([
  ['after the revocation',               at('2025-06-05'), soon, revokedThen('2025-06-03'), publicServicePolicy, 'TOTAL-FAILED REVOKED'],
  ['before the revocation',              at('2025-06-01'), soon, revokedThen('2025-06-03'), publicServicePolicy, 'INDETERMINATE REVOKED_NO_POE'],
  ['after the end of the certificate',   at('2026-01-05'), late, lateGood, publicServicePolicy, 'TOTAL-FAILED EXPIRED'],
  ['before the end of the certificate',  at('2025-12-05'), late, lateGood, publicServicePolicy, 'INDETERMINATE OUT_OF_BOUNDS_NO_POE'],
  ['after the end of its digest',        at('2025-06-05'), soon, good, policy({ algorithms: [{ digest: 'sha384', refusedFrom: '2025-06-04', source: 'test' }] }), 'INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE'],
  ['before the end of its digest',       at('2025-06-03'), soon, good, policy({ algorithms: [{ digest: 'sha384', refusedFrom: '2025-06-04', source: 'test' }] }), 'INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE'],
])('signed over a content timestamp of %s', async (_what, genTime, time, evidence, rules, verdict) => {
  const content = await contentTimestamp(genTime);
  expect(withCandidate(await world.cms(official, { signing: { digest: 'sha384' } }), time, () => content, evidence, rules)).toBe(verdict);
});

test('a content timestamp that is younger than the signature’s own contradicts it', async () => {
  const content = await contentTimestamp(at('2025-06-05'));
  const file = await world.cms(official, { stampedAt: signedAt });
  expect(withCandidate(file, soon, ({ timestamps }) => ({ timestamps: [...content.timestamps, ...timestamps] }))).toBe('INDETERMINATE TIMESTAMP_ORDER_FAILURE');
});

test('a signature policy that is not known stops the strict one alone', async () => {
  const change = ({ properties }: SignatureCandidate) => ({ properties: { ...properties, signaturePolicy: '1.2.3.4' } });
  const file = await world.cms(official);
  expect(withCandidate(file, soon, change)).toBe('TOTAL-PASSED');
  expect(withCandidate(file, soon, change, good, strictPolicy)).toBe('INDETERMINATE SIGNATURE_POLICY_NOT_AVAILABLE');
});

test.each<[string, (file: Buffer) => void, string]>([
  ['another content',   (file) => void file.write('X', file.indexOf('Kết')), 'TOTAL-FAILED HASH_FAILURE'],
  ['a signature value that is wrong', (file) => void file.writeUInt8(file[file.length - 1]! ^ 1, file.length - 1), 'TOTAL-FAILED SIG_CRYPTO_FAILURE'],
])('%s', async (_what, damage, verdict) => {
  const file = Buffer.from(await world.cms(official));
  damage(file);
  expect(verdictOf(world.judge(file, soon, good))).toBe(verdict);
});

test('a signature that names a certificate nobody holds, and one that brings content which is given again', async () => {
  const file = await world.cms(official);
  expect(verdictOf(world.judge(file, soon, good, { content: Buffer.from('again') }))).toBe('TOTAL-FAILED FORMAT_FAILURE');
  const nameless = ({ signature }: SignatureCandidate) => ({ signature: { ...signature!, signer: { select: () => undefined, wanted: undefined } } });
  expect(withCandidate(file, soon, nameless)).toBe('INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND');
});
