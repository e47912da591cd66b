import { systemActor } from '../../../src/access/actors.ts';
import { issueResponder } from '../../../src/ocsp/responder.ts';
import { listAuthorities } from '../../../src/authorities/list.ts';
import { findOwnKeys } from '../../../src/own-keys/find.ts';
import { requestWorld } from '../requests/people.ts';

test('every key of the service stands there with its end, the authorities’ first; what is long over is history', async () => {
  const { services } = await requestWorld();
  const generations = (await listAuthorities(services)).flatMap((authority) => authority.generations);
  await issueResponder(services, systemActor('test'), generations[0]!.id);
  const keys = await findOwnKeys(services);
  expect(keys.slice(0, generations.length).map(({ purpose }) => purpose)).toEqual(generations.map(() => 'ca'));
  expect(new Set(keys.filter(({ purpose }) => purpose === 'ca').map(({ label }) => label))).toEqual(new Set(generations.map(({ label }) => label)));
  const responder = keys.find(({ purpose, label }) => purpose === 'ocsp' && label === generations[0]!.label);
  expect(responder).toMatchObject({ provider: 'software', state: 'issued' });
  services.clock.set(new Date(responder!.notAfter.getTime() + 91 * 86_400_000));
  expect((await findOwnKeys(services)).filter(({ purpose }) => purpose === 'ocsp')).toEqual([]);
});
