import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID, generateKeyPairSync } from 'node:crypto';
import { parseCertificate } from '../../pki/certificate/parse.ts';
import { parsePublicKey } from '../../pki/keys/public-key.ts';
import { buildCertId } from '../../pki/ocsp/cert-id.ts';
import { buildOcspRequest } from '../../pki/ocsp/request.ts';
import { completeCertificates, prepareCertificates, type IssueOrder } from '../../src/certificates/issue.ts';
import { requireIssuer } from '../../src/certificates/issuer.ts';
import { benchActor, perSecond, rawRequest, report, runLoad, startBench } from './run.ts';

/** OCSP over HTTP at 32 connections, beside a bare node:http server that answers the same bytes. */
const certificates = 2_000;
const seconds = 5;
const connections = 32;

const bench = await startBench();
const { services, port, issuing } = bench;
const publicKey = parsePublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' }));
const holder = { agencyId: null, agencyPath: null, officialId: randomUUID() };
const orders = Array.from({ length: certificates }, (_, i): IssueOrder => ({
  certificateId: randomUUID(), requestId: null, profile: 'official-signing', publicKey, holder, days: 365,
  subject: [['C', 'VN'], ['O', 'Benchmark'], ['CN', `Official ${i}`]],
}));
const prepared = await services.db.transaction((tx) => prepareCertificates(services, tx, benchActor, orders));
const issued = await completeCertificates(services, benchActor, prepared);
const { certificate: issuer } = await requireIssuer(services, issuing.generationId);
const certIds = issued.map(({ der }) => buildCertId({ issuer, serialNumber: Buffer.from(parseCertificate(der).serialNumber.toString(16), 'hex'), digest: 'sha1' }));
const requests = certIds.map((certId) => Buffer.from(buildOcspRequest({ certIds: [certId] })));
const gets = requests.map((request) => rawRequest('GET', `/ocsp/${encodeURIComponent(request.toString('base64'))}`));
const withNonce = certIds.map((certId) => rawRequest('POST', '/ocsp', { 'content-type': 'application/ocsp-request' }, buildOcspRequest({ certIds: [certId], nonce: services.random(32) })));
const posts = requests.map((request) => rawRequest('POST', '/ocsp', { 'content-type': 'application/ocsp-request' }, request));

const first = await runLoad({ port, connections, requests: gets });
const sample = await fetch(`http://127.0.0.1:${port}/ocsp/${encodeURIComponent(requests[0]!.toString('base64'))}`);
const body = Buffer.from(await sample.arrayBuffer());
const headers = Object.fromEntries([...sample.headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name)));
const bare = createServer((_req, res) => res.writeHead(200, headers).end(body));
await new Promise<void>((done) => bare.listen(0, '127.0.0.1', done));
const barePort = (bare.address() as AddressInfo).port;
await runLoad({ port: barePort, connections, requests: gets, seconds: 1 });

const limit = await runLoad({ port: barePort, connections, requests: gets, seconds });
const kept = await runLoad({ port, connections, requests: gets, seconds });
const keptPost = await runLoad({ port, connections, requests: posts, seconds });
const nonce = await runLoad({ port, connections, requests: withNonce, seconds });
bare.close();

report(`OCSP: ${certificates.toLocaleString('en-US')} certificates, P-256, ${connections} connections, answers of ${body.length} bytes`, [
  ['bare node:http, the same bytes', perSecond(limit.perSecond)],
  ['GET, kept answers', `${perSecond(kept.perSecond)}   p99 ${kept.p99Ms.toFixed(1)} ms   ratio ${(kept.perSecond / limit.perSecond).toFixed(2)} (goal 0.6)`],
  ['POST, kept answers', `${perSecond(keptPost.perSecond)}   ratio ${(keptPost.perSecond / limit.perSecond).toFixed(2)}`],
  ['GET, first time (read and signed)', perSecond(first.perSecond)],
  ['POST with nonce (read and signed)', `${perSecond(nonce.perSecond)}   p99 ${nonce.p99Ms.toFixed(1)} ms`],
]);
await bench.end();
