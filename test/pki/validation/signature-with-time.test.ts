import { oids } from '../../../pki/asn1/oids.ts';
import { derNull, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { noEvidence } from '../../../pki/validation/evidence.ts';
import { publicServicePolicy, strictPolicy, type ValidationPolicy } from '../../../pki/validation/policy.ts';
import { extension, makeEntity } from '../../../scripts/make-chain.ts';
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

test('a chain that no search can end is GENERIC, not a pass', async () => {
  const stranger = makeEntity({ subject: 'root', ca: true });
  const file = await world.cms(makeEntity({ subject: 'signer', issuer: stranger }));
  expect(verdictOf(world.judge(file, soon, good))).toBe('INDETERMINATE CERTIFICATE_CHAIN_GENERAL_FAILURE');
});
