import { natureOf } from '../../../pki/validation/document-nature.ts';
import type { Indication, SignatureReport, SignerKind } from '../../../pki/validation/report.ts';
import { makeEntity } from '../../../scripts/make-chain.ts';
import { at, World } from './world.ts';

const signed = (kind: SignerKind | null, indication: Indication = 'TOTAL-PASSED', more: Partial<SignatureReport> = {}): SignatureReport =>
  ({ type: 'signature', indication, signer: kind && { kind }, counterSigns: null, ...more }) as unknown as SignatureReport;

test.each([
  ['a leader and the organisation', [signed('personal'), signed('organisation-seal')], 'leader-and-organisation'],
  ['a leader alone', [signed('personal')], 'personal-only'],
  ['the organisation alone', [signed('organisation-seal')], 'organisation-only'],
  ['a copy, whoever else signed what was copied', [signed('personal'), signed('organisation-seal'), signed('electronic-copy')], 'organisation-copy'],
  ['a failed seal does not count', [signed('personal'), signed('organisation-seal', 'TOTAL-FAILED')], 'personal-only'],
  ['one in doubt does: what it is was never in doubt', [signed('personal'), signed('organisation-seal', 'INDETERMINATE')], 'leader-and-organisation'],
  ['a document timestamp is nobody’s hand', [signed('timestamping', 'TOTAL-PASSED', { type: 'document-timestamp' })], 'unknown'],
  ['a counter-signature is not the document’s', [signed('organisation-seal'), signed('personal', 'TOTAL-PASSED', { counterSigns: 'S-1' })], 'organisation-only'],
  ['a signer nobody knows', [signed(null)], 'unknown'],
  ['nothing', [], 'unknown'],
])('%s', (_what, signatures, nature) => {
  expect(natureOf(signatures)).toBe(nature);
});

test('a PDF with the words of a copy beside the seal', async () => {
  const world = new World();
  const seal = makeEntity({ subject: 'ỦY BAN NHÂN DÂN XÃ TÂN LẬP', issuer: world.issuing });
  const judge = async (reason?: string) => world.judge(await world.pdf(seal, reason ? { reason } : {}), at('2025-06-10'), world.status(at('2025-06-05')));
  expect((await judge()).nature).toBe('organisation-only');
  expect((await judge('SAO Y bản chính')).nature).toBe('organisation-copy');
});
