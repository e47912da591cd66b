import { remindOfExpiries } from '../../src/expiries/remind.ts';
import type { Services } from '../../src/services.ts';
import { decide, fetchHolding, keepHolding, csrOf, type Holding, type Request } from './certificate.ts';
import type { Mailbox } from './mailbox.ts';
import type { People } from './people.ts';
import type { Stage } from './stage.ts';

const dayMs = 86_400_000;
const patienceMs = 30_000;

/** The reminder of sixty days before the end: the job that runs each night, with its clock set to that day. */
export async function remind(stage: Stage, services: Services, mailbox: Mailbox, { certificate, email }: Holding & { email: string }): Promise<void> {
  await stage.tell.step('Sixty days before its end a reminder goes out', async (say) => {
    const then = new Date(certificate.notAfter.getTime() - 60 * dayMs);
    await remindOfExpiries({ ...services, now: () => then });
    const mail = await mailbox.next(email);
    say(`by SMTP to ${mail.to}: ${mail.subject}`);
    say(`the nightly job, run with its clock at ${then.toISOString().slice(0, 10)}; the mails are in ${stage.folder}/`);
  });
}

/** The official moves to another commune: the agency says it is a change of content, the key stays in its device. */
export async function transfer(stage: Stage, { official, neighbour }: People, holding: Holding): Promise<Holding> {
  return stage.tell.step('The official is transferred: change of content', async (say) => {
    const registrar = stage.as('registrar');
    await registrar.patch(`/api/v1/officials/${official.id}`, { agencyId: neighbour.id, position: 'Phó Chủ tịch Ủy ban nhân dân xã' });
    const { id } = await registrar.post<Request>('/api/v1/requests', {
      kind: 'change', certificateId: holding.certificateId, csr: await csrOf(holding.privateKey), transfer: 'change', note: 'Chuyển công tác theo quyết định điều động',
    });
    await decide(stage, 'registrar', id, 'confirm');
    await decide(stage, 'examiner', id, 'examine');
    const moved = await fetchHolding(stage, await decide(stage, 'approver', id, 'approve'), holding.privateKey);
    await keepHolding(stage, 'official-moved', moved);
    say(`${official.name} now signs for ${neighbour.name}; same key, same end, new content`);
    return moved;
  });
}

interface Plan { id: string; state: string; people: number; contentHash: string; certificates: { kind: string; count: number }[]; counts: Record<string, number> }

/** Two communes become one: a plan that shows whom it touches, two approvals, a job, a link for each official. */
export async function merge(stage: Stage, { unit, neighbour, official }: People, mailbox: Mailbox): Promise<void> {
  const path = '/api/v1/reorganisations';
  const plan = await stage.tell.step('Two communes merge: the plan shows whom it touches', async (say) => {
    const made = await stage.as('administrator').post<Plan>(path, {
      title: `Sáp nhập ${unit.name} và ${neighbour.name}`, legalBasis: 'Nghị quyết mẫu số 01/NQ-UBTVQH',
      actions: [{ type: 'merge-into-new', agencies: [unit.code, neighbour.code], into: { code: 'H55.40', name: 'Ủy ban nhân dân xã Tân Phúc', locality: 'Thái Nguyên' } }],
      overlapDays: 30,
    });
    say(`${unit.code} + ${neighbour.code} → H55.40 Ủy ban nhân dân xã Tân Phúc: ${made.people} people move, ${made.certificates.map(({ kind, count }) => `${count} certificates to ${kind}`).join(', ')}`);
    say('nothing has happened yet; the approvals are bound to the hash of exactly this plan');
    return made;
  });
  await stage.tell.step('Two operators approve it, the job carries it out', async (say) => {
    for (const who of ['examiner', 'approver'] as const) {
      const { contentHash } = await stage.as(who).get<Plan>(`${path}/${plan.id}`);
      await stage.as(who).post(`${path}/${plan.id}/decisions`, { decision: 'approve', contentHash });
    }
    const { counts } = await untilDone(stage, `${path}/${plan.id}`);
    say(`registers first, step by step, then the certificates: ${Object.entries(counts).filter(([, n]) => n > 0).map(([state, n]) => `${n} ${state}`).join(', ')}`);
    const mail = await mailbox.next(official.email);
    say(`by SMTP to ${mail.to}: ${mail.subject}`);
    say('the old certificate stays good for 30 days, then it is revoked; results signed with it keep naming the commune of that day');
  });
}

async function untilDone(stage: Stage, path: string): Promise<Plan> {
  for (let waited = 0; waited < patienceMs; waited += 200) {
    const plan = await stage.as('approver').get<Plan>(path);
    if (plan.state === 'finished') return plan;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('the reorganisation does not come to an end');
}

interface Column { key: string; label: { en: string }; type: string }
interface Report { title: { en: string }; columns: Column[]; rows: Record<string, string | number | null>[] }

/** What the auditor reads in the end: the states of all certificates, how terms were kept, who can sign at the counter. */
export async function readReports(stage: Stage): Promise<void> {
  await stage.tell.step('The figures of it all, as an auditor reads them', async (say) => {
    // counted every minute; nobody waits for that here
    await stage.as('auditor').post('/api/v1/reports/count', {});
    for (const name of ['certificates-by-state', 'deadlines', 'one-stop-units']) {
      const { title, columns, rows } = await stage.as('auditor').get<Report>(`/api/v1/reports/${name}`);
      say(`${title.en}:`);
      for (const line of tableOf(columns, rows.slice(0, 6))) say(`  ${line}`);
    }
    say(`${stage.address}/api/v1/reports, as JSON, CSV, XLSX and SVG`);
  });
}

/** Rows below their headers, as wide as what stands in them. */
function tableOf(columns: readonly Column[], rows: Report['rows']): string[] {
  const cells = [columns.map(({ label }) => label.en), ...rows.map((row) => columns.map(({ key, type }) => (type === 'share' && typeof row[key] === 'number' ? `${Math.round(row[key] * 100)} %` : String(row[key] ?? '–'))))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  return cells.map((line) => line.map((cell, i) => cell.padEnd(widths[i]!)).join('   ').trimEnd());
}
