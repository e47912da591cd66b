import { publicServicePolicy, type ValidationPolicy } from '../../../pki/validation/policy.ts';
import { noEvidence } from '../../../pki/validation/evidence.ts';
import { addDss, at, blocksOf, join, verdictOf, World } from './world.ts';

const world = new World();
const official = world.official();
const signed = at('2025-06-01');
const archived = at('2025-06-10');
const good = world.status(at('2025-06-05'));
const years = at('2031-01-01');
/** another unit, of which nothing bad is known at the end */
const youngUnit = world.makeUnit({ subject: 'TSA 2', notBefore: at('2025-01-01'), notAfter: at('2035-01-01') });
const now = (rest: Parameters<World['status']>[1] = {}, time = at('2030-12-20')) => world.status(time, rest);

/** Signed, stamped, evidence added, and a document timestamp over all: PAdES-B-LTA. */
async function archive(pdf: Uint8Array, time = archived, unit = youngUnit): Promise<Uint8Array> {
  return world.archive(addDss(pdf, { ...good, certificates: [...good.certificates, unit.certificate.der] }), time, { unit });
}

let timed: Uint8Array;
let longTerm: Uint8Array;
let full: Uint8Array;
beforeAll(async () => {
  timed = await world.pdf(official, { stampedAt: signed });
  longTerm = addDss(timed, good);
  full = await archive(timed);
});

test.each([
  // what happened since                                              file             evidence of now                                                                   verdict
  ['nothing is there but the signature timestamp',                    () => timed,     now(),                                                                            'INDETERMINATE OUT_OF_BOUNDS_NO_POE'],
  ['the signer expired; evidence of then, and CAs good now',          () => longTerm,  now(),                                                                            'TOTAL-PASSED'],
  ['the same with an archive timestamp, and CAs good now',            () => full,      now(),                                                                            'TOTAL-PASSED'],
  ['the CAs are silent; an archive timestamp proves what they said',  () => full,      { ...noEvidence, crls: [now().crls[0]!, now().crls[2]!] },                       'TOTAL-PASSED'],
  ['its CA was revoked after the archive timestamp',                  () => full,      now({ rootEntries: [world.revoked(world.issuing, at('2028-01-01'), 'keyCompromise')] }), 'TOTAL-PASSED'],
  ['its CA was revoked, and no archive timestamp',                    () => longTerm,  now({ rootEntries: [world.revoked(world.issuing, at('2028-01-01'), 'keyCompromise')] }), 'INDETERMINATE REVOKED_CA_NO_POE'],
  ['its CA was revoked before the archive timestamp',                 () => full,      now({ rootEntries: [world.revoked(world.issuing, at('2025-06-08'), 'keyCompromise')] }), 'INDETERMINATE REVOKED_CA_NO_POE'],
])('%s', (_what, file, evidence, verdict) => {
  expect(verdictOf(world.judge(file(), years, evidence))).toBe(verdict);
});

test('the levels are told by what is there', () => {
  const formats = [timed, longTerm, full].map((file) => world.judge(file, archived, good).signatures.map(({ format }) => format));
  expect(formats).toEqual([['PAdES-B-T'], ['PAdES-B-LT'], ['PAdES-B-LTA', 'PAdES-DTS']]);
});

test('the blocks of the long way are in the report, with their times', () => {
  const revoked = now({ rootEntries: [world.revoked(world.issuing, at('2028-01-01'), 'keyCompromise')] });
  const { signatures: [signature] } = world.judge(full, years, revoked);
  expect(blocksOf(signature!).slice(4)).toEqual(['certificate-validation REVOKED_CA_NO_POE', 'past-certificate-validation', 'validation-time-sliding', 'past-signature-validation',
    'signature-acceptance', 'basic-signature REVOKED_CA_NO_POE', 'changes-after-signing', 'signature-with-time', 'long-term-validation']);
  expect(signature!.signingTime).toEqual({ claimed: signed, proven: signed, provenBy: 'signature-timestamp' });
  const lost = world.judge(longTerm, years, revoked).signatures[0]!;
  expect(blocksOf(lost)).toContain('validation-time-sliding NO_POE');
  expect(lost.missing).toContainEqual({ kind: 'proof-of-existence', subject: 'CN=Nguyễn Văn A', tryAgainAt: null });
  expect(lost.messages.map(({ code }) => code)).toContain('proof-of-existence-missing');
});

const afterTheUnit = at('2033-01-01');
const then = now({}, at('2032-12-20'));

test.each<[string, () => Uint8Array, Partial<ValidationPolicy>, string, string | null]>([
  ['the unit has expired; results of the public service outlive units', () => longTerm, {},                                     'TOTAL-PASSED', 'signature-timestamp'],
  ['the unit has expired and the policy wants a later token over it',   () => longTerm, { acceptExpiredTimestampUnits: false }, 'INDETERMINATE OUT_OF_BOUNDS_NO_POE', null],
  ['the unit has expired, a later token of another covers its own',     () => full,     { acceptExpiredTimestampUnits: false }, 'TOTAL-PASSED', 'signature-timestamp'],
])('%s', (_what, file, change, verdict, provenBy) => {
  const report = world.judge(file(), afterTheUnit, join(then, good, { ...noEvidence, certificates: [youngUnit.certificate.der] }), { policy: { ...publicServicePolicy, ...change } });
  expect(verdictOf(report)).toBe(verdict);
  expect(report.signatures[0]!.signingTime.provenBy).toBe(provenBy);
});

const sha384Broken: ValidationPolicy = { ...publicServicePolicy, algorithms: [{ digest: 'sha384', refusedFrom: '2028-01-01', source: 'test' }] };

test('a digest broken since: an earlier token over the signature carries it, a later one does not, none leaves it open', async () => {
  const signing = { digest: 'sha384' } as const;
  const verdict = async (stampedAt: Date | undefined): Promise<string> => {
    const person = world.official({ notAfter: at('2033-01-01') });
    return verdictOf(world.judge(await world.pdf(person, { signing, ...(stampedAt ? { stampedAt } : {}) }), years, now(), { policy: sha384Broken }));
  };
  expect(await verdict(signed)).toBe('TOTAL-PASSED');
  expect(await verdict(at('2029-01-01'))).toBe('INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE');
  expect(await verdict(undefined)).toBe('INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE');
});

test('the digest of a token broken since: only a token over it keeps it alive', async () => {
  const person = world.official({ notAfter: at('2033-01-01') });
  const stamped = await world.pdf(person, { stampedAt: signed, unitSigning: { digest: 'sha384' } });
  const judge = (file: Uint8Array) => world.judge(file, years, now(), { policy: sha384Broken }).signatures[0]!;
  const alone = judge(stamped);
  expect(alone.timestamps[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE' });
  expect(alone.signingTime.proven).toBeNull();
  expect(judge(await archive(stamped)).signingTime).toMatchObject({ proven: signed, provenBy: 'signature-timestamp' });
});

test('tokens that contradict each other in their order', async () => {
  const file = await archive(await world.pdf(official, { stampedAt: at('2025-06-09') }), at('2025-06-06'));
  expect(verdictOf(world.judge(file, archived, good))).toBe('INDETERMINATE TIMESTAMP_ORDER_FAILURE');
});

test('the evidence of a later revision is not under an earlier timestamp', async () => {
  const early = await world.archive(timed, archived, { unit: youngUnit });
  const file = addDss(early, good);
  const revoked = now({ rootEntries: [world.revoked(world.issuing, at('2028-01-01'), 'keyCompromise')] });
  expect(verdictOf(world.judge(file, years, join(revoked, { ...noEvidence, certificates: [youngUnit.certificate.der] })))).toBe('INDETERMINATE REVOKED_CA_NO_POE');
});

test('a document timestamp alone proves the time of the signatures before it', async () => {
  const file = await world.archive(await world.pdf(official), archived);
  const report = world.judge(file, at('2025-06-20'), world.status(at('2025-06-15'), { entries: [world.revoked(official, at('2025-06-12'))] }));
  expect(report.signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED', format: 'PAdES-B-T', signingTime: { proven: archived, provenBy: 'document-timestamp' } });
});
