import { testApp } from '../../../database.ts';
import { decideAll, requestWorld, submitted, type Step } from '../../requests/people.ts';
import { signIn, visitorAt } from '../people.ts';

const world = await requestWorld();
const { services, people } = world;
const base = await testApp(services);

const holderOf = async (officialId: string) => visitorAt(base, await signIn(services, { kind: 'official', id: officialId }));

test.each([
  // how far it came                                                                   heading                      what is said
  ['it waits for the agency',     [],                                                  'Theo dõi yêu cầu',          'Bạn không cần làm gì thêm lúc này.'],
  ['it is under examination',     [['registrar', 'confirm']],                          'Theo dõi yêu cầu',          'Hạn giải quyết'],
  ['it was returned, and why',    [['registrar', 'confirm'], ['examiner', 'return']],  'Theo dõi yêu cầu',          'Yêu cầu cần bổ sung. Lý do: lý do'],
  ['it was refused, and why',     [['registrar', 'confirm'], ['examiner', 'refuse']],  'Theo dõi yêu cầu',          'Yêu cầu bị từ chối. Lý do: lý do'],
  ['the certificate is there',    [['registrar', 'confirm'], ['examiner', 'examine'], ['approver', 'approve']], 'Chứng thư đã được cấp', 'Bạn có thể dùng chứng thư ngay.'],
] as const satisfies readonly (readonly [string, readonly Step[], string, string])[])('%s', async (_rule, steps, heading, said) => {
  const request = await submitted(world);
  await decideAll(world, request.id, steps);
  const { html } = await (await holderOf(request.officialId!)).get(`/my-requests/${request.id}`);
  expect(/<h1[^>]*>([^<]+)</.exec(html)?.[1]).toBe(heading);
  expect(html).toContain(said);
  // of an old certificate nothing is said where there is none
  expect(html).not.toContain('Chứng thư cũ');
});

test('another’s request is not found, and an operator has no such page', async () => {
  const [mine, other] = [await submitted(world), await submitted(world)];
  expect((await (await holderOf(mine.officialId!)).get(`/my-requests/${other.id}`)).status).toBe(404);
  expect((await visitorAt(base, await signIn(services, { kind: 'operator', id: people.examiner.id })).get(`/my-requests/${mine.id}`)).status).toBe(403);
});
