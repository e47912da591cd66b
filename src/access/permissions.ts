import type { Permission, Role } from '../services.ts';

/**
 * What each role may do. An administrator keeps the machinery and decides on no request; a registrar acts
 * for one agency and all below it; an auditor reads everything and changes nothing.
 */
export const permissionsOf: Readonly<Record<Role, readonly Permission[]>> = {
  administrator: [
    'operator:manage', 'authority:read', 'authority:manage', 'profile:read', 'policy:read', 'policy:manage',
    'trust-anchor:read', 'trust-anchor:manage', 'agency:read', 'agency:write', 'certificate:read',
    'verification:create', 'verification:read', 'notification:read', 'notification:manage', 'event:read', 'webhook:manage', 'calendar-feed:manage',
  ],
  operator: [
    'agency:read', 'agency:write', 'official:read', 'official:write', 'official:reveal', 'device:read', 'device:write', 'request:read', 'request:examine',
    'request:approve', 'request:refuse', 'reorganisation:plan', 'certificate:read', 'certificate:revoke', 'authority:read', 'profile:read',
    'policy:read', 'trust-anchor:read', 'verification:create', 'verification:read', 'notification:read', 'event:read', 'report:read',
  ],
  registrar: [
    'agency:read', 'official:read', 'official:write', 'official:reveal', 'device:read', 'device:write', 'request:read', 'request:submit', 'request:confirm',
    'request:refuse', 'reorganisation:plan', 'certificate:read', 'authority:read', 'profile:read', 'policy:read', 'trust-anchor:read',
    'verification:create', 'verification:read', 'event:read', 'webhook:manage', 'calendar-feed:manage', 'report:read',
  ],
  auditor: [
    'audit:read', 'agency:read', 'official:read', 'device:read', 'request:read', 'certificate:read', 'authority:read', 'profile:read',
    'policy:read', 'trust-anchor:read', 'verification:read', 'notification:read', 'event:read', 'report:read',
  ],
  verifier: ['verification:create', 'verification:read', 'authority:read', 'trust-anchor:read', 'certificate:read', 'event:read'],
};

/** What an official may do, signed in: all of it with the own certificates alone. */
export const officialPermissions: readonly Permission[] = ['own:read', 'own:renew', 'own:revoke'];

/** All that a set of roles may do together. */
export function permissionsFor(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => permissionsOf[role]));
}
