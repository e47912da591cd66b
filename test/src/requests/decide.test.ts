import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { parsePem } from '../../../pki/keys/pem.ts';
import { printName } from '../../../pki/name/print.ts';
import { changeOfficial } from '../../../src/officials/register.ts';
import { decideRequest, decideRequests } from '../../../src/requests/decide.ts';
import { amendRequest } from '../../../src/requests/submit.ts';
import { listDecisions, type ShownRequest } from '../../../src/requests/store.ts';
import { actorFor } from '../../database.ts';
import { csrFor, decideAll, requestWorld, submitted, wholeWay } from './people.ts';

const world = await requestWorld();
const { services, people } = world;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const codes = (outcomes: readonly PromiseSettledResult<unknown>[]): string[] =>
  outcomes.map((o) => (o.status === 'fulfilled' ? 'done' : (o.reason as { code?: string }).code ?? String(o.reason)));

test('draft → confirmed → examined → approved → issued, each decision kept with who, when and on what', async () => {
  const request = await submitted(world);
  expect(request.state).toBe('draft');
  const issued = await decideAll(world, request.id);
  expect(issued).toMatchObject({ state: 'issued', confirmedBy: people.registrar.id, examinedBy: people.examiner.id, approvedBy: people.approver.id });
  const { der, state, officialId } = await services.db('certificates').where({ id: issued.newCertificateId }).first('der', 'state', 'officialId');
  expect([state, officialId]).toEqual(['issued', request.officialId]);
  const certificate = parseCertificate(der);
  expect(printName(certificate.subject)).toBe(request.subjectText);
  expect((certificate.notAfter.getTime() - certificate.notBefore.getTime() + 1000) / 86_400_000).toBe(1825);
  const decisions = await listDecisions(services.db, request.id);
  expect(decisions.map((d) => [d.decision, d.fromState, d.toState, d.actorId])).toEqual([
    ['confirm', 'draft', 'confirmed', people.registrar.id], ['examine', 'confirmed', 'examined', people.examiner.id], ['approve', 'examined', 'approved', people.approver.id],
  ]);
  for (const decision of decisions) expect(hex(decision.contentHash)).toBe(hex(request.contentHash));
  const audit = await services.db('audit_entries').where({ subjectType: 'request', subjectId: request.id }).orderBy('sequence').pluck('action');
  expect(audit).toEqual(['request.submitted', 'request.confirm', 'request.examine', 'request.approve']);
});

test('the approval of a confirmed request counts as its examination, and the same operator cannot approve again', async () => {
  const { id } = await submitted(world);
  expect(await decideAll(world, id, [['registrar', 'confirm'], ['examiner', 'approve']])).toMatchObject({ state: 'examined', examinedBy: people.examiner.id });
  await expect(decideAll(world, id, [['examiner', 'approve']])).rejects.toMatchObject({ code: 'own-request' });
  expect(await decideAll(world, id, [['approver', 'approve']])).toMatchObject({ state: 'issued' });
});

test.each([
  ['its signature spoilt', (csr: Buffer) => { csr[csr.length - 1]! ^= 1; return csr; }],
  ['that of another key', async () => parsePem(await csrFor())[0]!.der],
])('a PKCS#10 exchanged in the database after the examination, %s, issues nothing', async (_case, exchange) => {
  const { id } = await submitted(world);
  await decideAll(world, id, [['registrar', 'confirm'], ['examiner', 'examine']]);
  const { csr } = await services.db('requests').where({ id }).first('csr') as { csr: Buffer };
  await services.db('requests').where({ id }).update({ csr: Buffer.from(await exchange(Buffer.from(csr))) });
  await expect(decideAll(world, id, [['approver', 'approve']])).rejects.toMatchObject({ code: 'csr-signature-invalid' });
  expect(await services.db('certificates').where({ requestId: id })).toEqual([]);
  expect(await services.db('requests').where({ id }).first('state')).toEqual({ state: 'examined' });
});

test('three working days from the confirmation, holidays counted', async () => {
  const { id } = await submitted(world);
  const { dueAt } = await decideAll(world, id, [['registrar', 'confirm']]);
  expect(dueAt).toEqual(new Date('2026-11-06T00:00:00+07:00'));
});

test('who submitted or confirmed does not approve, whatever other roles they have', async () => {
  const both = { ...people.registrar, permissions: new Set([...people.registrar.permissions, ...people.approver.permissions]) };
  const { id } = await submitted(world);
  await decideAll(world, id, [['registrar', 'confirm']]);
  await expect(decideRequest(services, { requestId: id, decision: 'examine', actor: both })).rejects.toMatchObject({ code: 'own-request' });
  await decideAll(world, id, [['examiner', 'examine']]);
  await expect(decideRequest(services, { requestId: id, decision: 'approve', actor: both })).rejects.toMatchObject({ code: 'own-request' });
});

test.each([
  ['a registrar does not approve', 'registrar', 'approve', 'not-permitted'],
  ['an operator does not confirm', 'approver', 'confirm', 'not-permitted'],
  ['nothing is approved before it is confirmed', 'approver', 'approve', 'state-changed'],
] as const)('%s', async (_rule, person, decision, code) => {
  const { id } = await submitted(world);
  await expect(decideRequest(services, { requestId: id, decision, actor: people[person] })).rejects.toMatchObject({ code });
  expect(await listDecisions(services.db, id)).toEqual([]);
});

test('a registrar of another province reaches nothing', async () => {
  const { id } = await submitted(world);
  for (const path of ['H50', 'H05.H05_1']) {
    const stranger = await actorFor(services, 'registrar', path);
    await expect(decideRequest(services, { requestId: id, decision: 'confirm', actor: stranger })).rejects.toMatchObject({ code: 'outside-your-agency' });
  }
});

test('an unknown request is not found', async () => {
  await expect(decideRequest(services, { requestId: '00000000-0000-4000-8000-000000000000', decision: 'approve', actor: people.approver })).rejects.toMatchObject({ code: 'not-found' });
});

test('refusing and returning take a reason; a refused request is closed', async () => {
  const { id } = await submitted(world);
  await decideAll(world, id, [['registrar', 'confirm']]);
  await expect(decideRequest(services, { requestId: id, decision: 'refuse', actor: people.examiner })).rejects.toMatchObject({ code: 'invalid-fields' });
  expect(await decideRequest(services, { requestId: id, decision: 'refuse', reason: 'sai đối tượng', actor: people.examiner })).toMatchObject({ state: 'refused' });
  await expect(decideAll(world, id, [['approver', 'approve']])).rejects.toMatchObject({ code: 'request-already-decided' });
});

test('a returned request is amended and confirmed anew; earlier decisions no longer bind', async () => {
  const { id } = await submitted(world);
  await decideAll(world, id, [['registrar', 'confirm'], ['examiner', 'examine'], ['approver', 'return']]);
  await expect(decideAll(world, id, [['registrar', 'confirm']])).rejects.toMatchObject({ code: 'state-changed' });
  const amended = await amendRequest(services, people.registrar, id, { note: 'đã bổ sung' });
  expect(amended).toMatchObject({ state: 'draft', round: 2, confirmedBy: null, examinedBy: null, dueAt: null });
  // who examined the first round may approve the second
  const issued = await decideAll(world, id, [['registrar', 'confirm'], ['approver', 'examine'], ['examiner', 'approve']]);
  expect(issued.state).toBe('issued');
  await expect(amendRequest(services, people.registrar, id, { note: 'nữa' })).rejects.toMatchObject({ code: 'state-changed' });
});

test('an approval of something else than what was seen is refused', async () => {
  const request = await submitted(world);
  await decideAll(world, request.id, [['registrar', 'confirm'], ['examiner', 'examine']]);
  const approve = (contentHash: string): Promise<ShownRequest> => decideRequest(services, { requestId: request.id, decision: 'approve', actor: people.approver, contentHash });
  await expect(approve('00'.repeat(32))).rejects.toMatchObject({ code: 'state-changed' });
  expect(await approve(hex(request.contentHash))).toMatchObject({ state: 'issued' });
});

test('a change in the register stops what was examined before it', async () => {
  const request = await submitted(world);
  await decideAll(world, request.id, [['registrar', 'confirm'], ['examiner', 'examine']]);
  services.clock.advance({ minutes: 1 });
  await changeOfficial(services, people.registrar, request.officialId!, { name: 'Trần Văn Khác' });
  await expect(decideAll(world, request.id, [['approver', 'approve']])).rejects.toMatchObject({ code: 'state-changed', facts: { changed: 'subject' } });
  await decideAll(world, request.id, [['approver', 'return']]);
  await amendRequest(services, people.registrar, request.id, {});
  expect(await decideAll(world, request.id)).toMatchObject({ state: 'issued', subjectText: expect.stringContaining('Trần Văn Khác') });
});

test('a new position alone changes no certificate and stops nothing; leaving does', async () => {
  const request = await submitted(world);
  await decideAll(world, request.id, [['registrar', 'confirm'], ['examiner', 'examine']]);
  await changeOfficial(services, people.registrar, request.officialId!, { left: true });
  await expect(decideAll(world, request.id, [['approver', 'approve']])).rejects.toMatchObject({ code: 'state-changed' });
  await changeOfficial(services, people.registrar, request.officialId!, { left: false, position: 'Trưởng phòng' });
  expect(await decideAll(world, request.id, [['approver', 'approve']])).toMatchObject({ state: 'issued' });
});

test('of two decisions at once on one request one counts', async () => {
  const { id } = await submitted(world);
  await decideAll(world, id, wholeWay.slice(0, 2));
  const third = await actorFor(services, 'operator');
  const approve = (actor = people.approver) => decideRequest(services, { requestId: id, decision: 'approve', actor });
  const outcomes = await Promise.allSettled([approve(), approve(third), approve()]);
  expect(codes(outcomes).toSorted()).toEqual(['done', 'request-already-decided', 'request-already-decided']);
  expect(await services.db('certificates').where({ requestId: id })).toHaveLength(1);
});

test('nor can two nodes at once: the row lock decides', async () => {
  const { id } = await submitted(world);
  await decideAll(world, id, wholeWay.slice(0, 1));
  const order = { requestId: id, decision: 'approve' as const, actor: people.examiner };
  const [a, b] = await Promise.all([decideRequests(services, [order]), decideRequests({ ...services }, [order])]);
  expect(codes([...a, ...b]).toSorted()).toEqual(['done', 'own-request']);
  expect(await services.db('certificates').where({ requestId: id })).toHaveLength(0);
});

test('many at once: each is settled on its own, a bad one takes no neighbour along', async () => {
  const ids = [];
  for (let i = 0; i < 6; i += 1) ids.push((await submitted(world)).id);
  for (const id of ids.slice(1)) await decideAll(world, id, wholeWay.slice(0, 2));
  // the third one's name cannot be in any certificate: the CA refuses it
  await services.db('requests').where({ id: ids[2] }).update({ subject: JSON.stringify([['CN', '']]) });
  const missing = '00000000-0000-4000-8000-000000000000';
  const outcomes = await Promise.allSettled([...ids, missing].map((requestId) => decideRequest(services, { requestId, decision: 'approve', actor: people.approver })));
  expect(codes(outcomes)).toEqual(['state-changed', 'done', 'profile-violation', 'done', 'done', 'done', 'not-found']);
  const states = (await services.db('requests').whereIn('id', ids).pluck('state')) as string[];
  expect(states.toSorted()).toEqual(['approved', 'approved', 'approved', 'approved', 'draft', 'examined']);
  expect(await listDecisions(services.db, ids[2]!)).toHaveLength(2);
});

test('a batch whose statement fails is tried one by one', async () => {
  const first = await submitted(world);
  const second = await submitted(world);
  for (const { id } of [first, second]) await decideAll(world, id, wholeWay.slice(0, 1));
  // longer than the column takes: past the schema, only the database would notice
  const order = { decision: 'return' as const, actor: people.examiner };
  const [bad, good] = await decideRequests(services, [{ ...order, requestId: first.id, reason: 'x'.repeat(2001) }, { ...order, requestId: second.id, reason: 'thiếu giấy tờ' }]);
  expect(bad!.status).toBe('rejected');
  expect(good).toMatchObject({ status: 'fulfilled', value: { state: 'returned' } });
  expect(await services.db('requests').where({ id: first.id }).pluck('state')).toEqual(['confirmed']);
});

test('when the keys cannot be reached the decision stands and its certificate waits, prepared', async () => {
  const { id } = await submitted(world);
  await decideAll(world, id, wholeWay.slice(0, 2));
  const broken = { ...services, keystore: { ...services.keystore, signerOf: services.keystore.signerOf.bind(services.keystore), createKey: services.keystore.createKey.bind(services.keystore), signLinted: () => Promise.reject(new Error('no key')) } };
  const [outcome] = await decideRequests(broken, [{ requestId: id, decision: 'approve', actor: people.approver }]);
  expect(outcome).toMatchObject({ status: 'fulfilled', value: { state: 'approved' } });
  expect(await services.db('certificates').where({ requestId: id }).pluck('state')).toEqual(['prepared']);
});

test('decisions are never changed', async () => {
  await expect(services.db('decisions').update({ reason: 'x' })).rejects.toThrow('append-only');
});
