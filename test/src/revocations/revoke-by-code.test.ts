import { makeResultPdf } from '../../../scripts/make-result-pdf.ts';
import { makeCode } from '../../../src/revocations/give-code.ts';
import { handInOrder } from '../../../src/revocations/order.ts';
import { revokeByCode, type CodeOrder } from '../../../src/revocations/revoke-by-code.ts';
import { anyone } from '../../../src/access/actors.ts';
import { decideRequest } from '../../../src/requests/decide.ts';
import { actorFor, testApp } from '../../database.ts';
import { SignedResults } from '../../signed-results.ts';
import { decideAll, requestWorld, submitted } from '../requests/people.ts';

const world = await requestWorld((services) => SignedResults.found(services));
const { services, people } = world;

async function certified(): Promise<{ id: string; serialNumber: string; code: string }> {
  const { newCertificateId } = await decideAll(world, (await submitted(world)).id);
  return { id: newCertificateId!, ...(await makeCode(services, people.registrar, newCertificateId!)) };
}
const revoke = (order: Partial<CodeOrder> & Pick<CodeOrder, 'serialNumber' | 'code'>) => revokeByCode(services, anyone('test'), { ground: 'device-lost', ...order });
const state = async (id: string): Promise<string> => (await services.db('certificates').where({ id }).first('state') as { state: string }).state;

test('whoever has the code revokes at once, and the law’s ground becomes the reason', async () => {
  const { id, serialNumber, code } = await certified();
  const revocation = await revoke({ serialNumber, code: code.toLowerCase().replaceAll('-', ' '), invalidityDate: new Date(services.now().getTime() - 3_600_000) });
  expect(revocation).toMatchObject({ serialNumber, reason: 'keyCompromise', ground: 'device-lost' });
  expect(await state(id)).toBe('revoked');
  expect(await services.db('mails').where({ template: 'revoked-by-code' })).toHaveLength(1);
  await expect(revoke({ serialNumber, code })).rejects.toMatchObject({ code: 'certificate-already-revoked' });
});

test('a wrong code, a code of another certificate and an unknown serial have one answer', async () => {
  const [one, other] = [await certified(), await certified()];
  for (const order of [{ serialNumber: one.serialNumber, code: '0000-0000-0000-0000' }, { serialNumber: one.serialNumber, code: other.code }, { serialNumber: 'ff'.repeat(19), code: one.code }, { serialNumber: one.serialNumber, code: '' }]) {
    await expect(revoke(order)).rejects.toMatchObject({ code: 'code-not-accepted' });
  }
  expect(await state(one.id)).toBe('issued');
  expect(await services.db('audit_entries').where({ action: 'revocation-code.refused', subjectId: one.id })).toHaveLength(3);
});

test('a certificate that has no code is not revoked by an empty or any other one', async () => {
  const { newCertificateId: id } = await decideAll(world, (await submitted(world)).id);
  const { serialNumber } = await services.db('certificates').where({ id }).first('serialNumber') as { serialNumber: Buffer };
  for (const code of ['', '0000000000000000']) await expect(revoke({ serialNumber: serialNumber.toString('hex'), code })).rejects.toMatchObject({ code: 'code-not-accepted' });
});

test('a new code ends the earlier one, which is stored nowhere', async () => {
  const { id, serialNumber, code } = await certified();
  const later = await makeCode(services, people.registrar, id);
  await expect(revoke({ serialNumber, code })).rejects.toMatchObject({ code: 'code-not-accepted' });
  const stored = JSON.stringify([await services.db('revocation_codes').where({ certificateId: id }), await services.db('audit_entries').where({ subjectId: id })]);
  expect(stored).not.toContain(later.code);
  expect(stored).not.toContain(Buffer.from(later.code.replaceAll('-', '')).toString('hex'));
  expect((await revoke({ serialNumber, code: later.code })).serialNumber).toBe(serialNumber);
  await expect(makeCode(services, people.registrar, id)).rejects.toMatchObject({ code: 'certificate-already-revoked' });
});

test('a code is made within the own agency only', async () => {
  const { id } = await certified();
  await expect(makeCode(services, await actorFor(services, 'registrar', 'H50'), id)).rejects.toMatchObject({ code: 'outside-your-agency' });
});

test('an order of an investigating body comes with its paper and is decided by two others', async () => {
  const { id } = await certified();
  const submitter = await actorFor(services, 'operator');
  const pdf = await makeResultPdf({ date: new Date('2026-11-02T02:00:00Z') });
  const order = { certificateId: id, note: 'Công văn 12/VKS', file: { name: 'cong-van.pdf', bytes: pdf } };
  await expect(handInOrder(services, submitter, { ...order, file: { name: 'x', bytes: Buffer.from('no paper') } })).rejects.toMatchObject({ code: 'invalid-fields' });
  const request = await handInOrder(services, submitter, order);
  expect(request.state).toBe('confirmed');
  expect(await services.db('papers').where({ requestId: request.id })).toMatchObject([{ kind: 'authority-order' }]);
  await expect(decideRequest(services, { requestId: request.id, decision: 'approve', actor: submitter })).rejects.toMatchObject({ code: 'own-request' });
  expect((await decideAll(world, request.id, [['examiner', 'examine'], ['approver', 'approve']])).state).toBe('completed');
  expect(await services.db('revocations').where({ certificateId: id }).first('reason', 'ground')).toEqual({ reason: 'privilegeWithdrawn', ground: 'prosecution-request' });
});

test('over HTTP by anyone, with a limit on the rate', async () => {
  const base = await testApp(services);
  const { serialNumber, code } = await certified();
  const send = (body: object): Promise<Response> => fetch(`${base}/api/v1/revocations`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  expect((await send({ serialNumber, code })).status).toBe(422);
  expect((await send({ serialNumber, code, ground: 'prosecution-request' })).status).toBe(422);
  expect((await send({ serialNumber: serialNumber.toUpperCase().replaceAll(/..(?=.)/g, '$&:'), code, ground: 'key-compromised' })).status).toBe(201);
  const tried: number[] = [];
  for (let i = 0; i < 25; i++) tried.push((await send({ serialNumber, code: 'WRONG', ground: 'device-lost' })).status);
  expect(tried[0]).toBe(403);
  expect(tried.at(-1)).toBe(429);
});
