import { createHash, randomUUID, type KeyObject } from 'node:crypto';
import { addOperator } from '../../../src/access/operators.ts';
import { enrolCertificate } from '../../../src/client-certificates/enrol.ts';
import type { Role, Services } from '../../../src/services.ts';
import { findSession, type OpenSession } from '../../../src/sessions/find.ts';
import { testActor } from '../../authorities.ts';
import { csrFor, newKey } from '../requests/people.ts';
import { signIn } from '../web/people.ts';

const from = { address: '192.0.2.7', userAgent: 'test', requestId: randomUUID() };

export interface Person { id: string; email: string }

/** A new operator with an address of their own. */
export async function newOperator(services: Services, role: Role = 'operator', name = 'Trần Thị Thẩm Tra'): Promise<Person> {
  const email = `${randomUUID().slice(0, 8)}@bcy.gov.vn`;
  const { id } = await services.db.transaction((tx) => addOperator(tx, testActor, { name, email, kind: 'person', roles: [role] }, services.now()));
  return { id, email };
}

/** A session as its pages have it. */
export async function sessionOf(services: Services, { id }: Pick<Person, 'id'>, method: 'passkey' | 'enrolment' = 'passkey'): Promise<OpenSession> {
  return (await findSession(services, await signIn(services, { kind: 'operator', id }, method), randomUUID()))!;
}

export interface HeldCertificate { id: string; der: Buffer; key: KeyObject; fingerprint: Buffer }

/** A sign-in certificate of somebody, made by their own session. */
export async function certificateOf(services: Services, person: Pick<Person, 'id'>, { name = 'Thẻ công vụ', key = newKey() }: { name?: string; key?: KeyObject } = {}): Promise<HeldCertificate> {
  const { id } = await enrolCertificate(services, await sessionOf(services, person), { name, csr: await csrFor(key), from, language: 'vi' });
  const { der } = (await services.db('certificates').where({ id }).first('der')) as { der: Buffer };
  return { id, der, key, fingerprint: createHash('sha256').update(der).digest() };
}
