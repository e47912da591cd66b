import { oids } from '../../../pki/asn1/oids.ts';
import { oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { addSignatureTimestamp } from '../../../pki/cms/signature-timestamp.ts';
import { noEvidence } from '../../../pki/validation/evidence.ts';
import { extension, makeEntity } from '../../../scripts/make-chain.ts';
import { at, join, World } from './world.ts';

const world = new World();
const official = world.official();
const stampedAt = at('2025-06-01');
const soon = at('2025-06-10');
const good = world.status(at('2025-06-05'));
const revoked = (day: string, reason: 'superseded' | 'keyCompromise') => world.status(at('2025-06-08'), { stampingEntries: [world.revoked(world.unit, at(day), reason)] });
const purposes = (critical: boolean, ...usages: string[]) => ({ extensions: [extension(oids.extKeyUsage, critical, sequence(...usages.map((usage) => oid(usage))))] });
const stranger = makeEntity({ subject: 'stranger', ca: true });

test.each([
  ['a good token',                                     world.unit, good, 'TOTAL-PASSED'],
  ['of a unit revoked later without harm',             world.unit, revoked('2025-06-03', 'superseded'), 'TOTAL-PASSED'],
  ['of a unit revoked before',                         world.unit, revoked('2025-05-03', 'superseded'), 'INDETERMINATE REVOKED_NO_POE'],
  ['of a unit whose key was lost later',               world.unit, revoked('2025-06-03', 'keyCompromise'), 'INDETERMINATE REVOKED_NO_POE'],
  ['of a unit whose purpose is not critical',          world.makeUnit(purposes(false, oids.timeStamping)), good, 'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE'],
  ['of a unit with a second purpose',                  world.makeUnit(purposes(true, oids.timeStamping, oids.emailProtection)), good, 'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE'],
  ['of a unit with no such purpose',                   world.makeUnit(purposes(true, oids.emailProtection)), good, 'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE'],
  ['of a unit of a stranger',                          world.makeUnit({ issuer: stranger } as object), good, 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND'],
  ['of a unit that was not yet valid',                 world.makeUnit({ notBefore: at('2025-06-02') }), good, 'INDETERMINATE OUT_OF_BOUNDS_NO_POE'],
  ['of a unit without status',                         world.unit, { ...noEvidence, certificates: world.authorities() }, 'INDETERMINATE TRY_LATER'],
])('%s', async (_what, unit, evidence, verdict) => {
  const given = join(evidence, { ...noEvidence, certificates: [unit.certificate.der] });
  const { signatures: [signature] } = world.judge(await world.cms(official, { stampedAt, unit }), soon, given);
  const { indication, subIndication, kind, time, buildingBlocks } = signature!.timestamps[0]!;
  expect([indication, subIndication].filter(Boolean).join(' ')).toBe(verdict);
  expect({ kind, time }).toEqual({ kind: 'signature-timestamp', time: stampedAt });
  expect(buildingBlocks.at(-1)).toMatchObject({ name: 'timestamp-validation', indication, subIndication, clause: '5.4' });
  expect(signature!.signingTime.proven).toEqual(indication === 'TOTAL-PASSED' ? stampedAt : null);
});

test.each<[string, () => Promise<Uint8Array>, string]>([
  ['over other bytes', () => world.token(Buffer.from('another'), stampedAt), 'TOTAL-FAILED HASH_FAILURE'],
  ['that is none', () => Promise.resolve(Buffer.from('3003020101', 'hex')), 'TOTAL-FAILED FORMAT_FAILURE'],
])('a token %s proves nothing and leaves the signature alone', async (_what, token, verdict) => {
  const { signatures: [signature] } = world.judge(addSignatureTimestamp(await world.cms(official), await token()), soon, good);
  expect(signature).toMatchObject({ indication: 'TOTAL-PASSED', signingTime: { proven: null } });
  expect([signature!.timestamps[0]!.indication, signature!.timestamps[0]!.subIndication].join(' ')).toBe(verdict);
  expect(signature!.messages.map(({ code }) => code)).toContain('timestamp-broken');
});

test('a token from the future proves nothing, within a minute of clocks it does', async () => {
  const proven = async (time: Date): Promise<Date | null> => world.judge(await world.cms(official, { stampedAt: time }), soon, good).signatures[0]!.signingTime.proven;
  expect(await proven(new Date(soon.getTime() + 120_000))).toBeNull();
  expect(await proven(new Date(soon.getTime() + 30_000))).toEqual(new Date(soon.getTime() + 30_000));
});

test('a token that names no certificate at hand is not trusted', async () => {
  const unit = world.makeUnit();
  const { signatures: [signature] } = world.judge(await world.cms(official, { stampedAt, unit, bare: true }), soon, good);
  expect(signature!.timestamps[0]).toMatchObject({ subIndication: 'NO_SIGNING_CERTIFICATE_FOUND' });
});
