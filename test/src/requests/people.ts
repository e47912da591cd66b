import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { buildCsr } from '../../../pki/csr/build.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { signerFrom } from '../../../pki/keys/signer.ts';
import { buildName, type NameParts } from '../../../pki/name/build.ts';
import { findAgency } from '../../../src/agencies/store.ts';
import { registerOfficial } from '../../../src/officials/register.ts';
import type { PlacedOfficial } from '../../../src/officials/store.ts';
import { decideRequest } from '../../../src/requests/decide.ts';
import type { DecisionName } from '../../../src/requests/states.ts';
import type { ShownRequest } from '../../../src/requests/store.ts';
import { submitRequest } from '../../../src/requests/submit.ts';
import type { Actor } from '../../../src/services.ts';
import { testAuthorities } from '../../authorities.ts';
import { actorFor, testServices, type TestServices } from '../../database.ts';

export const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** A PKCS#10 in PEM. */
export async function csrFor(key: KeyObject = newKey(), subject: NameParts = []): Promise<string> {
  return toPem('CERTIFICATE REQUEST', await buildCsr(buildName(subject), signerFrom(key)));
}

export interface People { registrar: Actor; examiner: Actor; approver: Actor }
export interface RequestWorld { services: TestServices; people: People; agencyId: string; newOfficial: (change?: object) => Promise<PlacedOfficial> }

/** A CA, one registrar of the province H05 and two operators. */
export async function requestWorld(found: (services: TestServices) => Promise<unknown> = testAuthorities): Promise<RequestWorld> {
  const services = await testServices();
  await found(services);
  const people = {
    registrar: await actorFor(services, 'registrar', 'H05'), examiner: await actorFor(services, 'operator'), approver: await actorFor(services, 'operator'),
  };
  const agencyId = (await findAgency(services.db, { code: 'H05' }))!.id;
  let count = 0;
  const newOfficial = (change: object = {}): Promise<PlacedOfficial> => {
    count += 1;
    return registerOfficial(services, people.registrar, { agencyId, name: `Nguyễn Văn ${String.fromCharCode(65 + (count % 26)).repeat(1 + Math.floor(count / 26))}`, position: 'Chuyên viên', email: `a${count}@bacninh.gov.vn`, ...change });
  };
  return { services, people, agencyId, newOfficial };
}

export type Step = readonly [person: keyof People, decision: DecisionName];
export const wholeWay: readonly Step[] = [['registrar', 'confirm'], ['examiner', 'examine'], ['approver', 'approve']];

/** Takes a request through decisions, one after the other; answers it as it is after the last. */
export async function decideAll({ services, people }: RequestWorld, requestId: string, steps: readonly Step[] = wholeWay): Promise<ShownRequest> {
  let last: ShownRequest | undefined;
  for (const [person, decision] of steps) last = await decideRequest(services, { requestId, decision, actor: people[person], reason: 'lý do' });
  return last!;
}

/** A new official's request, handed in. */
export async function submitted(world: RequestWorld, key?: KeyObject): Promise<ShownRequest> {
  const official = await world.newOfficial();
  return submitRequest(world.services, world.people.registrar, { kind: 'issue', profile: 'official-signing', officialId: official.id, csr: await csrFor(key) });
}
