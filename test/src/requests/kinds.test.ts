import type { z } from 'zod';
import { grounds, kindRules, kinds, subscriberProfiles } from '../../../src/requests/kinds.ts';
import { requestRoutes } from '../../../src/requests/routes.ts';
import { policyKinds } from '../../../src/policies/keys.ts';
import { initialProfile } from '../../../pki/certificate/profiles.ts';

const submission = requestRoutes.find((e) => e.method === 'post' && e.path === '/api/v1/requests')!.body as z.ZodType;
const id = '00000000-0000-4000-8000-000000000000';
const values = { profile: 'official-signing', certificateId: id, csr: 'x', ground: 'retired', note: 'lý do' };

test.each(kinds.flatMap((kind) => kindRules[kind].required.map((field) => [kind, field] as const)))('%s asks for %s, in the table and in the schema', (kind, field) => {
  const all = Object.fromEntries(kindRules[kind].required.map((name) => [name, values[name]]));
  expect(submission.safeParse({ kind, ...all }).success).toBe(true);
  expect(submission.safeParse({ kind, ...all, [field]: undefined }).error?.issues).toEqual([expect.objectContaining({ path: [field] })]);
});

test('every kind has its term as a policy, and only the managing agency confirms', () => {
  for (const kind of kinds) {
    expect(policyKinds[kindRules[kind].deadline].type).toBe('count');
    expect(kindRules[kind].confirmedBy).toBe('managing-agency');
  }
});

test('whatever makes or ends a certificate takes two operators', () => {
  for (const kind of kinds) expect(kindRules[kind].operators === 2).toBe(kindRules[kind].produces !== 'record');
});

test('each kind of holder has grounds to revoke, and a profile of subscribers that the CA knows', () => {
  for (const [profile, holder] of Object.entries(subscriberProfiles)) {
    expect(initialProfile(profile as keyof typeof subscriberProfiles).ca).toBe(false);
    expect(Object.values(grounds).some(({ holders }) => (holders as readonly string[]).includes(holder))).toBe(true);
  }
});
