import { generateKeyPairSync } from 'node:crypto';
import { csrOf } from './certificate.ts';
import type { Agency, People } from './people.ts';
import type { Stage } from './stage.ts';

const patienceMs = 30_000;
const names = ['Trần Thị Bích', 'Lê Hoàng Dũng', 'Phạm Thu Hà', 'Đỗ Quang Huy', 'Vũ Ngọc Lan', 'Bùi Đức Long', 'Hoàng Thị Mai', 'Ngô Văn Nam', 'Dương Thị Oanh', 'Đặng Minh Quân'];

interface Job { id: string; state: string; contentHash: string; counts: Record<string, number> }
interface Line { line: number; state: string; problem: { code: string; facts: { errors?: { pointer: string; message: string }[] } } | null }

/** Ten more officials of the commune and its one-stop centre get certificates from one file, in which one line is wrong. */
export async function issueMany(stage: Stage, { unit }: People): Promise<void> {
  const path = '/api/v1/requests/bulk';
  const file = await stage.tell.step('Ten colleagues get their keys, and one file asks for all of them', async (say) => {
    const centre = await stage.as('registrar').get<Agency>(`/api/v1/agencies/${unit.code}.1`);
    const rows = ['email,csr'];
    for (const [i, name] of names.entries()) {
      const email = `canbo${i + 1}@thainguyen.gov.vn`;
      await stage.as('registrar').post('/api/v1/officials', { agencyId: i < 7 ? unit.id : centre.id, name, position: 'Chuyên viên', email });
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      rows.push(`${email},${(await csrOf(privateKey)).split('\n').filter((line) => !line.startsWith('-')).join('')}`);
    }
    rows.push('khong-co-ai@thainguyen.gov.vn,AAAA');
    await stage.keep('officials.csv', rows.join('\r\n'));
    say(`${stage.folder}/officials.csv: ${rows.length - 1} lines, the last (line 12 of the file) names somebody who is not in the register`);
    return Buffer.from(rows.join('\r\n'));
  });
  const job = await stage.tell.step('A dry run judges every line; nothing is issued yet', async (say) => {
    const { id } = await stage.as('registrar').upload<Job>(path, 'officials.csv', file, { operation: 'issue', agency: unit.code });
    const checked = await until(stage, `${path}/${id}`, 'checked');
    say(told(checked.counts));
    const { items } = await stage.as('registrar').get<{ items: Line[] }>(`${path}/${id}/lines?state=refused`);
    for (const { line, problem } of items) say(`line ${line}: ${problem?.facts.errors?.map(({ pointer, message }) => `${pointer.slice(1)} ${message}`).join(', ') ?? problem?.code}`);
    return checked;
  });
  await stage.tell.step('Two operators approve what they saw, the job issues', async (say) => {
    for (const who of ['examiner', 'approver'] as const) await stage.as(who).post(`${path}/${job.id}/decisions`, { decision: 'approve', contentHash: job.contentHash });
    say(told((await until(stage, `${path}/${job.id}`, 'finished')).counts));
    say('each gets a revocation code by mail within a minute, for the day the key is lost');
    say(`${stage.address}${path}/${job.id}/results, the result of every line`);
  });
}

const told = (counts: Record<string, number>): string => Object.entries(counts).filter(([, n]) => n > 0).map(([state, n]) => `${n} ${state}`).join(', ');

async function until(stage: Stage, path: string, state: string): Promise<Job> {
  for (let waited = 0; waited < patienceMs; waited += 100) {
    const job = await stage.as('registrar').get<Job>(path);
    if (job.state === state) return job;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`the bulk job does not become ${state}`);
}
