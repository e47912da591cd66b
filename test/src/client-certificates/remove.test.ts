import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { giveUpCertificate, revokeOperatorCertificate } from '../../../src/client-certificates/remove.ts';
import { askRecovery } from '../../../src/recoveries/ask.ts';
import { approveRecovery } from '../../../src/recoveries/decide.ts';
import { testAuthorities } from '../../authorities.ts';
import { actorFor, testApp, testServices } from '../../database.ts';
import { signIn, visitorAt } from '../web/people.ts';
import { certificateOf, newOperator, sessionOf } from './people.ts';

const services = await testServices();
await testAuthorities(services);
const base = await testApp(services);
const [first, second] = [await actorFor(services, 'administrator'), await actorFor(services, 'administrator')];
const stateOf = async (id: string): Promise<string> => ((await services.db('certificates').where({ id }).first('state')) as { state: string }).state;

test('the only way in is not given up; with another one it is, and it is revoked', async () => {
  const person = await newOperator(services);
  const { actor } = await sessionOf(services, person);
  const held = await certificateOf(services, person);
  await expect(giveUpCertificate(services, actor, held.id)).rejects.toMatchObject({ code: 'certificate-last' });
  const other = await certificateOf(services, person);
  await giveUpCertificate(services, actor, held.id);
  expect([await stateOf(held.id), await stateOf(other.id)]).toEqual(['revoked', 'issued']);
  await expect(giveUpCertificate(services, actor, held.id)).rejects.toMatchObject({ code: 'not-found' });
  await expect(giveUpCertificate(services, actor, other.id)).rejects.toMatchObject({ code: 'certificate-last' });
});

test('a registrar, who reaches one agency alone, gives up the own certificate like everybody', async () => {
  const person = await newOperator(services, 'operator');
  await certificateOf(services, person);
  const held = await certificateOf(services, person);
  const { actor } = await sessionOf(services, person);
  await giveUpCertificate(services, { ...actor, agencyPath: 'H05', permissions: new Set() }, held.id);
  expect(await stateOf(held.id)).toBe('revoked');
});

test('an administrator revokes that of somebody on their page; whoever approves requests does not', async () => {
  const person = await newOperator(services);
  const held = await certificateOf(services, person);
  const operator = await actorFor(services, 'operator');
  await expect(revokeCertificate(services, operator, { certificateId: held.id, reason: 'superseded' })).rejects.toMatchObject({ code: 'not-permitted' });
  const { id: other } = await newOperator(services);
  await expect(revokeOperatorCertificate(services, first, { operatorId: other, id: held.id, reason: 'superseded' })).rejects.toMatchObject({ code: 'not-found' });

  const administrator = visitorAt(base, await signIn(services, { kind: 'operator', id: first.id }));
  expect((await administrator.get(`/operators/${person.id}`)).html).toContain('Thẻ công vụ');
  const done = await administrator.post(`/operators/${person.id}/certificates/revoke`, { certificate: held.id });
  expect([done.status, done.location, await stateOf(held.id)]).toEqual([303, `/operators/${person.id}?done=certificate`, 'revoked']);
  expect((await administrator.post(`/operators/${person.id}/certificates/revoke`, { certificate: held.id })).status).toBe(409);
});

test('a recovery by two administrators revokes every certificate and opens the way by mail again', async () => {
  const person = await newOperator(services);
  const held = [await certificateOf(services, person), await certificateOf(services, person)];
  const visitor = visitorAt(base, await signIn(services, { kind: 'operator', id: person.id }));
  const { id } = await askRecovery(services, first, { operatorId: person.id, reason: 'Mất thẻ; đã gọi điện xác minh.' });
  expect(await stateOf(held[0]!.id)).toBe('issued');
  await approveRecovery(services, second, id);
  expect(await Promise.all(held.map((one) => stateOf(one.id)))).toEqual(['revoked', 'revoked']);
  expect((await visitor.get('/account')).status).toBe(303);
  expect(await services.db('mails').where({ recipient: person.email, template: 'recovery-link' })).toHaveLength(1);
  await visitorAt(base).post('/sign-in', { email: person.email });
  expect(await services.db('mails').where({ recipient: person.email, template: 'sign-in-link' })).toHaveLength(1);
});
