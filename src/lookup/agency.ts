import { isWithin, requireWithin } from '../access/scope.ts';
import type { Page, PageRequest } from '../database/paging.ts';
import type { DeviceState } from '../devices/states.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import {
  countDevices, findAgencyCard, listAgencyNames, listAround, listColleagues, listHeldByAgency, listRegistrarsOf,
  type AgencyCard, type AgencyPast, type Colleague, type FoundCertificate, type PlacedName, type Registrar,
} from './store.ts';

/** A province has some hundred units right below it. */
const mostBelow = 200;
const mostHeld = 50;

export interface AgencyView {
  agency: AgencyCard;
  /** those in the actor's reach can be opened */
  above: (PlacedName & { mayOpen: boolean })[];
  below: PlacedName[];
  names: AgencyPast[];
  registrars: Registrar[];
  /** empty without the permission to read certificates */
  certificates: FoundCertificate[];
  /** undefined without the permission to read officials */
  people: Page<Colleague> | undefined;
  devices: { state: DeviceState; count: number }[];
}

/** An agency with its place in the tree, its people and what they hold. @throws Problem `not-found`, `outside-your-agency` */
export async function showAgency({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, id: string, page: PageRequest): Promise<AgencyView> {
  const agency = await findAgencyCard(db, id);
  if (!agency) throw new Problem('not-found', { agency: id });
  requireWithin(actor, agency.path);
  const { permissions } = actor;
  const { above, below } = await listAround(db, agency, mostBelow);
  return {
    agency, below, above: above.map((one) => ({ ...one, mayOpen: isWithin(actor.agencyPath, one.path) })), names: await listAgencyNames(db, id),
    registrars: await listRegistrarsOf(db, agency.path, now()), certificates: permissions.has('certificate:read') ? await listHeldByAgency(db, agency, mostHeld) : [],
    people: permissions.has('official:read') ? await listColleagues(db, id, now(), page) : undefined, devices: permissions.has('device:read') ? await countDevices(db, id) : [],
  };
}
