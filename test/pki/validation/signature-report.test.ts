import { signerFrom } from '../../../pki/keys/signer.ts';
import type { EvidenceBytes } from '../../../pki/validation/evidence.ts';
import { longTermDocuments, type LongTermDocuments } from './long-term-documents.ts';
import { addDss, at, verdictOf, World } from './world.ts';

const world = new World();
const { key, certificate } = world.official();
const by = { privateKey: key, signer: signerFrom(key), certificate };
const [signedAt, archivedAt, soon] = [at('2025-06-01'), at('2025-06-10'), at('2025-06-20')];
/** the signer's certificate ended with 2025 */
const years = at('2031-01-01');
const good = world.status(at('2025-06-05'));
const later = (wishes: Parameters<World['status']>[1] = {}): EvidenceBytes => world.status(at('2030-12-20'), wishes);

describe.each(Object.entries(longTermDocuments))('%s', (family, make) => {
  let documents: LongTermDocuments;
  beforeAll(async () => {
    documents = await make({ by, signedAt, evidence: good, stamp: (imprint, place) => world.tokenOver(imprint, place === 'archive' ? archivedAt : signedAt) });
  });
  const judge = (level: keyof LongTermDocuments, time: Date, evidence: EvidenceBytes): ReturnType<World['judge']> => world.judge(documents[level], time, evidence);

  test.each([['t', 'B-T'], ['lt', 'B-LT'], ['lta', 'B-LTA']] as const)('the level is told by what is there: %s', (level, named) => {
    const report = judge(level, soon, world.status(at('2025-06-15')));
    expect([report.signatures[0]!.format, verdictOf(report)]).toEqual([`${family}-${named}`, 'TOTAL-PASSED']);
    expect(report.signatures[0]!.timestamps.map(({ indication }) => indication)).not.toContain('TOTAL-FAILED');
    expect(report.signatures[0]!.signingTime).toEqual({ claimed: signedAt, proven: signedAt, provenBy: 'signature-timestamp' });
  });

  test.each<[string, keyof LongTermDocuments, () => EvidenceBytes, string]>([
    ['expired since, nothing kept',                                        't',   () => later(), 'INDETERMINATE OUT_OF_BOUNDS_NO_POE'],
    ['expired since, the evidence kept',                                   'lt',  () => later(), 'TOTAL-PASSED'],
    ['expired since, its CA silent, all under an archive timestamp',       'lta', () => ({ ...later(), crls: [later().crls[0]!, later().crls[2]!] }), 'TOTAL-PASSED'],
    ['revoked after its time, the evidence kept',                          'lt',  () => later({ entries: [world.revoked({ key, certificate }, at('2025-08-01'))] }), 'TOTAL-PASSED'],
    ['its CA revoked since, the evidence kept and nothing proves its age', 'lt',  () => later({ rootEntries: [world.revoked(world.issuing, at('2028-01-01'), 'keyCompromise')] }), 'INDETERMINATE REVOKED_CA_NO_POE'],
    ['its CA revoked since, all under an archive timestamp of before',     'lta', () => later({ rootEntries: [world.revoked(world.issuing, at('2028-01-01'), 'keyCompromise')] }), 'TOTAL-PASSED'],
    ['its CA revoked before the archive timestamp',                        'lta', () => later({ rootEntries: [world.revoked(world.issuing, at('2025-06-08'), 'keyCompromise')] }), 'INDETERMINATE REVOKED_CA_NO_POE'],
  ])('%s', (_what, level, evidence, verdict) => {
    expect(verdictOf(judge(level, years, evidence()))).toBe(verdict);
  });
});

test('status data beside a signature without a time are no level of their own', async () => {
  const report = world.judge(addDss(await world.pdf({ key, certificate }), good), soon, good);
  expect(report.signatures[0]!.format).toBe('PAdES-B-B');
});

test('status data that cannot be read make no level', async () => {
  const stamped = await world.pdf({ key, certificate }, { stampedAt: signedAt });
  const broken = { ...good, crls: [Buffer.from('3003020101', 'hex')] };
  const levels = [broken, good].map((kept) => world.judge(addDss(stamped, kept), soon, good).signatures[0]!.format);
  expect(levels).toEqual(['PAdES-B-T', 'PAdES-B-LT']);
});
