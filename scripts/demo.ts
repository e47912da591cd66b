import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ConfigError, loadConfig, type Config } from '../src/config.ts';
import { createLog } from '../src/http/logging.ts';
import { startService, stopOnSignal, type RunningService } from '../src/main.ts';
import { systemActor } from '../src/access/actors.ts';
import type { Services } from '../src/services.ts';
import { makeSignInLinks } from '../src/sign-in/make-links.ts';
import { makeAuthorities } from './demo/authorities.ts';
import { issueMany } from './demo/bulk.ts';
import { obtainCertificate, renewCertificate } from './demo/certificate.ts';
import { signAndKeep, signAndVerify } from './demo/document.ts';
import { enterPeople, mainOfficial } from './demo/people.ts';
import { merge, readReports, remind, transfer } from './demo/life.ts';
import { openMailbox, type Mailbox } from './demo/mailbox.ts';
import { judgeOldResults, revokeOld } from './demo/revocation.ts';
import { openStage, type Keys, type Stage } from './demo/stage.ts';
import { teller, type Teller } from './demo/tell.ts';
import { makeResultPdf } from './make-result-pdf.ts';

/** The service with a story: on an empty database it is played with real objects, afterwards everything stays up. */
async function main(): Promise<void> {
  const began = performance.now();
  const tell = teller((text) => process.stdout.write(text), () => performance.now(), process.stdout.isTTY);
  const plain = loadConfig({ LOG_LEVEL: 'warn', ...process.env });
  const folder = relative(process.cwd(), join(plain.dataFolder, 'demo')) || '.';
  await mkdir(folder, { recursive: true });
  const kept = (await readdir(folder)).filter((name) => name.endsWith('.eml')).length;
  const mailbox = await openMailbox((name, mail) => writeFile(join(folder, name), mail), kept);
  const config = loadConfig({ LOG_LEVEL: 'warn', ...process.env, SMTP_URL: mailbox.url, MAIL_FROM: 'antin@example.gov.vn' });
  tell.title('Ấn Tín: from a key to a verified result');
  const service = await startService({ config, log: createLog(config.logLevel) });
  stopOnSignal(service);
  tell.line(`The service is up at ${service.address} after ${Math.round(performance.now() - began).toLocaleString('en')} ms.`);
  if (service.administratorKey !== undefined) await playStory(await stageOf(service, folder, tell, service.administratorKey), service, mailbox);
  else await tellOfEarlier(config, folder, tell);
  await sayWhereToGo(service, folder, tell);
}

async function stageOf(service: RunningService, folder: string, tell: Teller, administrator: string): Promise<Stage> {
  const nobody = '';
  const keys: Keys = { administrator, 'second-administrator': nobody, registrar: nobody, examiner: nobody, approver: nobody, auditor: nobody, verifier: nobody };
  return openStage(service.address, folder, tell, keys);
}

async function playStory(stage: Stage, { services }: RunningService, mailbox: Mailbox): Promise<void> {
  const authorities = await makeAuthorities(stage);
  const people = await enterPeople(stage);
  const first = await obtainCertificate(stage, people);
  const pdf = await makeResultPdf({
    province: 'Ủy ban nhân dân tỉnh Thái Nguyên', unit: people.unit.name, dossierCode: 'H55.18-261123-0042',
    address: 'Xóm Hồng Thái, xã Tân Cương, tỉnh Thái Nguyên', signatory: { position: 'Chủ tịch', name: people.official.name },
  });
  await stage.keep('result.pdf', pdf);
  await signAndVerify(stage, pdf, first);
  const timestamped = await stage.tell.step('The same result is signed with a timestamp (PAdES-B-T)', async (say) => {
    say(`${stage.folder}/result-timestamped.pdf, the token from ${stage.address}/tsa`);
    return signAndKeep(stage, pdf, first, { name: 'result-timestamped.pdf', timestamped: true });
  });
  await remind(stage, services, mailbox, { ...first, email: people.official.email });
  const renewed = await renewCertificate(stage, first);
  await revokeOld(stage, authorities, first);
  await judgeOldResults(stage, timestamped, pdf, first);
  await issueMany(stage, people);
  await transfer(stage, people, renewed);
  await merge(stage, people, mailbox);
  await readReports(stage);
  await stage.keep('played', `${new Date().toISOString()}\n`);
}

async function tellOfEarlier({ dataFolder }: Config, folder: string, tell: Teller): Promise<void> {
  const played = await readFile(join(folder, 'played'), 'utf8').catch(() => undefined);
  tell.line(played
    ? `The story was played at ${played.trim()}; its data is all here.`
    : `This database was in use before, so the story is not played again. For a fresh one: stop, then rm -r ${relative(process.cwd(), dataFolder)}`);
}

async function sayWhereToGo({ address, services }: RunningService, folder: string, tell: Teller): Promise<void> {
  const { config } = services;
  const base = config.publicUrl.startsWith('http://localhost') ? address.replace('127.0.0.1', 'localhost') : config.publicUrl;
  tell.title('Now try it yourself');
  tell.line(`  ${base}/            drop one of the PDFs of ${folder}/ on the page`);
  tell.line(`  ${base}/api/docs    every call of the API; the keys are in ${folder}/keys.json`);
  await sayDoors(services, base, tell);
  tell.line('  Ctrl-C stops it and keeps the data.');
  tell.line();
}

/** A way into the web as each of the people. */
async function sayDoors(services: Services, base: string, tell: Teller): Promise<void> {
  const known = await makeSignInLinks(services, systemActor('demo'));
  // the one whom the story is about, rather than whose certificate came last
  const [main] = await makeSignInLinks(services, systemActor('demo'), mainOfficial.email);
  const doors = main ? [...known.filter(({ kind }) => kind !== 'official'), main] : known;
  if (doors.length === 0) return;
  tell.line();
  tell.line(`  The web as each of them: a link works once, within ${doors[0]!.minutes} minutes (npm run sign-in-link -- NAME makes another)`);
  for (const { name, kind, roles, url } of doors) {
    tell.line(`    ${`${name} (${kind === 'official' ? 'official' : roles.join(', ')})`.padEnd(38)} ${url.replace(services.config.publicUrl, base)}`);
  }
  tell.line();
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `The demo stopped: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
}
