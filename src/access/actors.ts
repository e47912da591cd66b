import type { Actor } from '../services.ts';

/** Someone who did not sign in. */
export function anyone(requestId: string): Actor {
  return { id: 'anyone', kind: 'anyone', name: 'anyone', roles: [], permissions: new Set(), agencyPath: undefined, requestId };
}

/** The service itself: a job or a step of the start, named in the audit. */
export function systemActor(name: string, requestId = `system:${name}`): Actor {
  return { id: `system:${name}`, kind: 'system', name, roles: [], permissions: new Set(), agencyPath: undefined, requestId };
}
