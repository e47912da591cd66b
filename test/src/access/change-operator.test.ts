import { setOperatorRights } from '../../../src/access/change-operator.ts';
import { findOperator } from '../../../src/access/store.ts';
import { actorFor, testServices } from '../../database.ts';
import { testActor } from '../../authorities.ts';

test('what the last administrator may not lose keeps the last day as it was too', async () => {
  const services = await testServices();
  const { id } = await actorFor(services, 'administrator');
  const expiresAt = new Date('2027-12-31T16:59:59Z');
  await expect(setOperatorRights(services, testActor, { id, roles: ['auditor'], agencyPath: null, expiresAt })).rejects.toMatchObject({ code: 'last-administrator' });
  expect(await findOperator(services.db, id)).toMatchObject({ roles: ['administrator'], expiresAt: null });
  expect(await services.db('audit_entries').where({ subjectId: id })).toHaveLength(1);
  await setOperatorRights(services, testActor, { id, roles: ['administrator', 'auditor'], agencyPath: null, expiresAt });
  expect(await findOperator(services.db, id)).toMatchObject({ roles: ['administrator', 'auditor'], expiresAt });
});
