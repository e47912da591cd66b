import { systemActor } from '../../../src/access/actors.ts';
import { canonicalJson } from '../../../src/audit/leaf.ts';
import { recordAudit } from '../../../src/audit/record.ts';
import { auditTasks, sealAudit } from '../../../src/audit/seal.ts';
import { verifyAudit } from '../../../src/audit/verify.ts';
import { testServices, type TestServices } from '../../database.ts';

let services: TestServices;
beforeEach(async () => { services = await testServices(); });

const write = (after: unknown, id = 'x'): Promise<void> => services.db.transaction((tx) =>
  recordAudit(tx, systemActor('test'), 'thing.changed', { type: 'thing', id }, { before: undefined, after }));

test.each([
  ['update', `update audit_entries set actor_name = 'someone else'`], ['delete', 'delete from audit_entries'],
  ['truncate', 'truncate audit_entries'], ['update of a seal', 'update audit_seals set entry_count = 9'], ['truncate of seals', 'truncate audit_seals'],
])('%s is refused by the database itself', async (_what, statement) => {
  await expect(services.db.raw(statement)).rejects.toMatchObject({ code: '42501' });
});

test.each<[string, unknown]>([
  ['dates, bytes, bigints', { at: new Date('2026-01-01'), bytes: new Uint8Array([1, 255]), serial: 2n ** 150n }],
  ['keys in any order, deep', { b: { d: 1, c: [1, { z: 1, a: null }] }, a: undefined }],
  ['numbers', [0, -0, 1e21, 1e-7, 0.1 + 0.2]], ['text', 'Nguyễn "Văn" \\ \u2028 \0 \ud800'], ['nothing', undefined], ['an empty text', ''],
])('the hash of %s is the same after it was stored', async (_what, value) => {
  await write(value);
  await sealAudit(services);
  expect(await verifyAudit(services)).toMatchObject({ intact: true, seals: 1, sealedEntries: 1, unsealedEntries: 0 });
});

test('seals follow each other, and a change behind them is seen', async () => {
  for (let i = 0; i < 5; i++) await write({ i });
  await services.runJobs(auditTasks);
  expect(await sealAudit(services)).toMatchObject({ number: 1, entryCount: 5, firstSequence: 1 });
  await write({ i: 5 });
  expect(await sealAudit(services)).toMatchObject({ number: 2, entryCount: 1 });
  expect(await sealAudit(services)).toBeUndefined();
  await write({ i: 6 });
  expect(await verifyAudit(services)).toMatchObject({ intact: true, seals: 2, sealedEntries: 6, unsealedEntries: 1, faults: [] });

  const forge = (statement: string): Promise<unknown> => services.db.transaction(async (tx) => {
    await tx.raw('set local session_replication_role = replica');
    await tx.raw(statement);
  });
  await forge(`update audit_entries set actor_name = 'someone else' where sequence = 2`);
  expect((await verifyAudit(services)).faults).toEqual([{ code: 'entry-changed', sequence: 2 }, { code: 'entries-missing-or-added', seal: 1 }]);
  await forge('delete from audit_entries where sequence = 2');
  expect((await verifyAudit(services)).faults).toEqual([{ code: 'entries-missing-or-added', seal: 1 }]);
  await forge('delete from audit_seals where number = 1');
  expect((await verifyAudit(services)).faults.map((fault) => fault.code)).toContain('chain-broken');
});

test('an entry that commits after later ones is sealed with them', async () => {
  const late = await services.db.transaction();
  await recordAudit(late, systemActor('test'), 'a', { type: 't', id: 'late' }, { before: null, after: null });
  await write({}, 'early');
  const sealing = sealAudit(services);
  await late.commit();
  expect(await sealing).toMatchObject({ entryCount: 2 });
});

test('canonical JSON has sorted keys and no spaces', () => {
  expect(canonicalJson({ b: 1, a: [true, 'x'], c: undefined })).toBe('{"a":[true,"x"],"b":1}');
});
