import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { buildCsr } from '../../pki/csr/build.ts';
import { toPem } from '../../pki/keys/pem.ts';
import { signerFrom } from '../../pki/keys/signer.ts';
import { buildName } from '../../pki/name/build.ts';
import { actorOf } from '../../src/access/authenticate.ts';
import { addApiKey, addOperator } from '../../src/access/operators.ts';
import { createAgency } from '../../src/agencies/create.ts';
import { registerOfficial } from '../../src/officials/register.ts';
import { decideRequests } from '../../src/requests/decide.ts';
import { submitRequest } from '../../src/requests/submit.ts';
import type { Actor, Role } from '../../src/services.ts';
import { verifyPlusSign } from './limit.ts';
import { processorTime, processorTimeSince, timeFor } from './processor.ts';
import { benchActor, perSecond, rawRequest, report, runLoad, startBench } from './run.ts';

/**
 * Approvals over the API at 32 connections: each checks, decides, issues and stores a certificate with audit, and has
 * committed when it is answered. Beside it what one thread of node:crypto does alone: check one signature, make one.
 */
const requests = Number(process.argv[2] ?? 6_000);
const connections = 32;
const lanes = 16;

const bench = await startBench();
const { services, port } = bench;

async function person(role: Role, agencyPath?: string): Promise<{ actor: Actor; token: string }> {
  return services.db.transaction(async (tx) => {
    const operator = await addOperator(tx, benchActor, { name: `${role} ${randomUUID()}`, kind: 'person', roles: [role], agencyPath }, services.now());
    const { token } = await addApiKey(tx, benchActor, { operatorId: operator.id, label: 'bench', days: 1 }, services);
    return { actor: actorOf(operator, randomUUID()), token };
  });
}

async function newCsr(name: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return toPem('CERTIFICATE REQUEST', await buildCsr(buildName([['CN', name]]), signerFrom(privateKey)));
}

const csrSample = await newCsr('sample');
const examiner = await person('operator');
const approver = await person('operator');
const agency = await createAgency(services, examiner.actor, { code: 'H05.99', name: 'Sở Thử nghiệm' });
const registrar = await person('registrar', agency.path);
const ids: string[] = [];
await Promise.all(Array.from({ length: lanes }, async (_, lane) => {
  for (let i = lane; i < requests; i += lanes) {
    const email = `official${i}@example.gov.vn`;
    const official = await registerOfficial(services, registrar.actor, { agencyId: agency.id, name: `Nguyễn Văn ${i}`, position: 'Chuyên viên', email });
    ids.push((await submitRequest(services, registrar.actor, { kind: 'issue', profile: 'official-signing', officialId: official.id, csr: await newCsr(`Nguyễn Văn ${i}`) })).id);
  }
}));
for (const [decision, { actor }] of [['confirm', registrar], ['examine', examiner]] as const) {
  const outcomes = await decideRequests(services, ids.map((requestId) => ({ requestId, decision, actor })));
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
await services.db.raw('vacuum analyze');

const headers = { authorization: `Bearer ${approver.token}`, 'content-type': 'application/json' };
const body = Buffer.from('{"decision":"approve"}');
const approvals = ids.map((id) => rawRequest('POST', `/api/v1/requests/${id}/decisions`, headers, body));
const warm = Math.floor(requests / 6);
await runLoad({ port, connections, requests: approvals.slice(0, warm) });
const limitBefore = verifyPlusSign(csrSample);
const before = processorTime();
const measured = await runLoad({ port, connections, requests: approvals.slice(warm) });
const used = processorTimeSince(before);
const limit = (limitBefore + verifyPlusSign(csrSample)) / 2;
const { rows: [{ n }] } = await services.db.raw<{ rows: [{ n: number }] }>(`select count(*) as n from certificates where state = 'issued' and profile = 'official-signing'`);
if (n !== requests) throw new Error(`${n} of ${requests} were issued: ${JSON.stringify(measured.statuses)}`);

report(`Issuing through the API: ${requests.toLocaleString('en-US')} requests, P-256, ${connections} connections, durable, with audit`, [
  ['node:crypto, one thread: verify plus sign', perSecond(limit)],
  ['approved, issued and stored', `${perSecond(measured.perSecond)}   p50 ${measured.p50Ms.toFixed(1)} ms   p99 ${measured.p99Ms.toFixed(1)} ms`],
  ['processor time for each', timeFor(used, measured.answers, measured.cpuMs)],
  ['ratio', `${(measured.perSecond / limit).toFixed(2)} (goal 0.3)`],
]);
await bench.end();
