import { systemActor } from '../../../../src/access/actors.ts';
import { listAuthorities } from '../../../../src/authorities/list.ts';
import { issueResponder } from '../../../../src/ocsp/responder.ts';
import { testApp } from '../../../database.ts';
import { requestWorld } from '../../requests/people.ts';
import { signedInAs, visitorAt } from '../people.ts';

const { services } = await requestWorld();
const base = await testApp(services);

test('whoever keeps the service sees each list and key with its state, and what was not renewed in red', async () => {
  const [generation] = (await listAuthorities(services)).flatMap((authority) => authority.generations);
  await issueResponder(services, systemActor('test'), generation!.id);
  const token = await signedInAs(services, 'administrator');
  const { html } = await visitorAt(base, token).get('/keep/authorities');
  expect(html).toContain('trả lời trạng thái trực tuyến (OCSP)');
  expect(html).toContain('phần mềm, được mã hóa');
  expect(html).toContain('còn 59 ngày');
  expect((await visitorAt(base, token).get('/authorities')).html).toContain('href="/keep/authorities"');

  services.clock.advance({ days: 50 });
  const later = await visitorAt(base, await signedInAs(services, 'administrator')).get('/keep/authorities');
  expect(later.html).toMatch(/tag--bad">[^\n]*còn 9 ngày/);
  expect((await visitorAt(base).get('/authorities')).html).not.toContain('/keep/authorities');
});
