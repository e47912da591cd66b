import { officialPermissions, permissionsFor } from '../access/permissions.ts';
import type { Actor } from '../services.ts';
import type { SubjectRow } from './store.ts';

/** Who signs in: somebody of the CA or of an agency, or an official with a certificate. */
export interface Subject { kind: 'operator' | 'official'; id: string }

/** How somebody proved who they are. `enrolment` has a link by mail alone: it may do nothing but enrol something better. */
export const signInMethods = ['link', 'enrolment', 'passkey', 'client-certificate', 'oidc', 'key-proof'] as const;
export type SignInMethod = (typeof signInMethods)[number];

/** The actor of a session: what the registers say now, not what they said at the sign-in. */
export function actorOfSubject(row: SubjectRow, method: string, requestId: string): Actor {
  const agencyPath = row.agencyPath ?? undefined;
  if (row.officialId !== null) {
    return { id: row.officialId, kind: 'official', name: row.name, roles: [], permissions: new Set(officialPermissions), agencyPath, officialId: row.officialId, requestId };
  }
  const enrolling = method === 'enrolment';
  return {
    id: row.operatorId ?? '', kind: 'operator', name: row.name, roles: enrolling ? [] : row.roles,
    permissions: enrolling ? new Set() : permissionsFor(row.roles), agencyPath, requestId,
  };
}

/** Whether the registers let this person in now. */
export function mayEnter(row: SubjectRow, now: Date): boolean {
  return row.active && (row.until === null || row.until > now);
}
