import { randomUUID } from 'node:crypto';
import { addOperator } from '../../src/access/operators.ts';
import { officialPermissions, permissionsFor } from '../../src/access/permissions.ts';
import { enrolCertificate } from '../../src/client-certificates/enrol.ts';
import { roles, type Actor, type Services } from '../../src/services.ts';
import { findSession } from '../../src/sessions/find.ts';
import { startSession } from '../../src/sessions/start.ts';
import type { Subject } from '../../src/sessions/subject.ts';
import { mayOpen, type Page } from '../../src/web/frame/page.ts';
import type { Places } from './pages-places.ts';
import { makeCsr } from '../make-data.ts';
import { benchActor } from './run.ts';

const from = { address: '192.0.2.7', userAgent: 'bench', requestId: 'bench' };

/** The cookie's token, and of operators the certificate they could sign in with. */
export interface Visitor { token: string; certificateId?: string }

/** One of each role and an official, by name; nobody is not among them. */
export async function makeVisitors(services: Services, { officialId, provincePath }: Pick<Places, 'officialId' | 'provincePath'>): Promise<ReadonlyMap<string, Visitor>> {
  const signIn = async (subject: Subject): Promise<string> => services.db.transaction(async (tx) => (await startSession(services, tx, { subject, method: 'passkey', from })).token);
  const visitors = new Map<string, Visitor>([['official', { token: await signIn({ kind: 'official', id: officialId }) }]]);
  for (const role of roles) {
    const input = { name: `Người đo ${role}`, email: `${role}-${randomUUID()}@bcy.gov.vn`, kind: 'person' as const, roles: [role], agencyPath: role === 'registrar' ? provincePath : undefined };
    const { id } = await services.db.transaction((tx) => addOperator(tx, benchActor, input, services.now()));
    const token = await signIn({ kind: 'operator', id });
    const session = (await findSession(services, token, randomUUID()))!;
    const { id: certificateId } = await enrolCertificate(services, session, { name: 'Thẻ công vụ', csr: await makeCsr(input.name), from, language: 'vi' });
    visitors.set(role, { token, certificateId });
  }
  return visitors;
}

/** Who opens a page: nobody where all may, an official, one who sees the whole country, a registrar, as far as each may. */
export function visitorsOf({ allow }: Pick<Page, 'allow'>): readonly string[] {
  if (allow === 'anyone') return ['nobody'];
  const staff = roles.filter((role) => mayOpen(actorOf('operator', permissionsFor([role])), allow));
  const country = staff.filter((role) => role !== 'registrar').slice(0, 1);
  return [...mayOpen(actorOf('official', new Set(officialPermissions)), allow) ? ['official'] : [], ...country, ...staff.filter((role) => role === 'registrar')];
}

const actorOf = (kind: Actor['kind'], permissions: Actor['permissions']): Actor => ({ ...benchActor, kind, permissions });
