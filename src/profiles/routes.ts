import { z } from 'zod';
import { endpoint, instant } from '../http/endpoint.ts';
import { listProfilesNow } from './find.ts';

const ProfileItem = z.object({
  name: z.string(), version: z.number().int(), effectiveFrom: instant,
  definition: z.looseObject({}).meta({ description: 'validity, key rules, usages, policies and subject layout' }),
});

export const profileRoutes = [
  endpoint({
    method: 'get',
    path: '/api/v1/profiles',
    summary: 'The certificate profiles in effect now',
    allow: 'profile:read',
    status: 200,
    reply: z.object({ items: z.array(ProfileItem) }),
    problems: [],
    handle: async ({ services }) => ({
      items: (await listProfilesNow(services)).map((row) => ({ ...row, definition: { ...row.definition } })),
    }),
  }),
];
