import { remindOfEnding } from '../../../src/client-certificates/tasks.ts';
import { testAuthorities } from '../../authorities.ts';
import { testServices } from '../../database.ts';
import { certificateOf, newOperator } from './people.ts';

const services = await testServices();
await testAuthorities(services);

test('three weeks before the end its holder is reminded, once, unless there is a younger one', async () => {
  const [person, renewed] = [await newOperator(services), await newOperator(services)];
  await certificateOf(services, person);
  await certificateOf(services, renewed);
  services.clock.advance({ days: 150 });
  expect(await remindOfEnding(services)).toBe(0);
  await certificateOf(services, renewed);
  services.clock.advance({ days: 12 });
  expect([await remindOfEnding(services), await remindOfEnding(services)]).toEqual([1, 0]);
  const mails = (await services.db('mails').where({ template: 'operator-certificate-ending' }).select('recipient', 'facts')) as { recipient: string; facts: { endsOn: string } }[];
  expect(mails.map(({ recipient, facts }) => [recipient, facts.endsOn])).toEqual([[person.email, '01/05/2027']]);
});
