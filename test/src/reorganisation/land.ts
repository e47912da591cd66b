import type { PublicKey } from '../../../pki/keys/public-key.ts';
import { tasks } from '../../../src/app.ts';
import { createAgency } from '../../../src/agencies/create.ts';
import { decideReorganisation } from '../../../src/reorganisation/decide.ts';
import type { Action } from '../../../src/reorganisation/model.ts';
import { planReorganisation } from '../../../src/reorganisation/plan.ts';
import { getReorganisation, type ShownReorganisation } from '../../../src/reorganisation/show.ts';
import { registerOfficial } from '../../../src/officials/register.ts';
import type { PlacedOfficial } from '../../../src/officials/store.ts';
import type { NamedAgency } from '../../../src/agencies/store.ts';
import { composeSubject } from '../../../src/requests/subject.ts';
import type { Actor } from '../../../src/services.ts';
import { systemActor } from '../../../src/access/actors.ts';
import { issueForTest, newPublicKey, officialOrder, testAuthorities } from '../../authorities.ts';
import { actorFor, testServices, type TestServices } from '../../database.ts';

export interface Land {
  services: TestServices;
  author: Actor; examiner: Actor; approver: Actor;
  agency(code: string, name: string): Promise<NamedAgency>;
  /** with a certificate, as the registers name the person */
  official(agency: NamedAgency, publicKey?: PublicKey): Promise<PlacedOfficial & { certificateId: string }>;
  seal(agency: NamedAgency, days?: number): Promise<string>;
  plan(actions: readonly Action[], overlapDays?: number): Promise<ShownReorganisation>;
  approve(plan: ShownReorganisation): Promise<void>;
  run(actions: readonly Action[]): Promise<ShownReorganisation>;
  again(id: string): Promise<ShownReorganisation>;
  certificate(id: string): Promise<{ state: string; subjectText: string; agencyId: string; agencyPath: string; replacesId: string | null; spkiHash: Buffer; notAfter: Date }>;
  follower(id: string): Promise<string | undefined>;
}

const province = { certificateName: 'Ủy ban nhân dân tỉnh Bắc Ninh', locality: 'Bắc Ninh' };

/** A CA, three operators, and a province to draw up plans in. */
export async function foundLand(services?: TestServices): Promise<Land> {
  const world = services ?? await testServices();
  if (!services) await testAuthorities(world);
  const [author, examiner, approver] = [await actorFor(world, 'operator'), await actorFor(world, 'operator'), await actorFor(world, 'operator')];
  let count = 0;
  const again = (id: string): Promise<ShownReorganisation> => getReorganisation(world.db, systemActor('test'), id);
  const levels = ({ certificateName }: NamedAgency) => [province, { certificateName, locality: null }];
  const land: Land = {
    services: world, author, examiner, approver, again,
    agency: (code, name) => createAgency(world, author, { code, name }),
    async official(agency, publicKey = newPublicKey()) {
      const official = await registerOfficial(world, author, { agencyId: agency.id, name: `Lê Thị ${++count}`, position: 'Chuyên viên', email: `p${count}-${agency.code.toLowerCase()}@bacninh.gov.vn` });
      const order = officialOrder({
        publicKey, subject: composeSubject({ holder: 'official', levels: levels(agency), official }), holder: { agencyId: agency.id, agencyPath: agency.path, officialId: official.id },
      });
      await issueForTest(world, order);
      return { ...official, certificateId: order.certificateId };
    },
    async seal(agency, days = 365) {
      const order = officialOrder({ profile: 'agency-seal', days, subject: composeSubject({ holder: 'agency', levels: levels(agency) }), holder: { agencyId: agency.id, agencyPath: agency.path, officialId: null } });
      await issueForTest(world, order);
      return order.certificateId;
    },
    async plan(actions, overlapDays) {
      world.clock.advance({ minutes: 1 });
      const { id } = await planReorganisation(world, author, { title: 'Sắp xếp xã', legalBasis: 'NQ 1/2025', actions, ...(overlapDays === undefined ? {} : { overlapDays }) });
      return again(id);
    },
    async approve({ id, contentHash }) {
      for (const actor of [examiner, approver]) await decideReorganisation(world, actor, id, { decision: 'approve', contentHash });
    },
    async run(actions) {
      const plan = await land.plan(actions);
      await land.approve(plan);
      await world.runJobs(tasks);
      return again(plan.id);
    },
    certificate: async (id) => (await world.db('certificates').where({ id }).first('state', 'subjectText', 'agencyId', 'agencyPath', 'replacesId', 'spkiHash', 'notAfter'))!,
    follower: async (id) => ((await world.db('certificates').where({ replacesId: id }).first('id')) as { id: string } | undefined)?.id,
  };
  return land;
}
