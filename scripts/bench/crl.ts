import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseCrl } from '../../pki/crl/parse.ts';
import { publishCrl } from '../../src/crl/publish.ts';
import { benchActor, perSecond, rawRequest, report, runLoad, startBench } from './run.ts';

/** A CRL of 100,000 entries from the database to the signed row, and how fast it is served. */
const entries = 100_000;
const rounds = 5;

const bench = await startBench();
const { services, port, issuing } = bench;
const { generationId, label } = issuing;
// a hundred thousand revoked certificates, as revocations leave them; the entry is SEQUENCE { serial, time, reason }
await services.db.raw('alter table revocations drop constraint revocations_certificate_id_fkey');
await services.db.raw(
  `insert into revocations (certificate_id, generation_id, serial_number, reason, revoked_at, not_after, crl_entry)
   select gen_random_uuid(), ?, s.serial, 'superseded', now(), now() + interval '3 years',
     decode('303302', 'hex') || decode('14', 'hex') || s.serial || decode('170d', 'hex') || convert_to('261101000000Z', 'UTF8')
       || decode('300c300a0603551d1504030a0104', 'hex')
   from (select set_byte(sha256(i::text::bytea) , 0, 65) as long, i from generate_series(1, ?) i) n
   cross join lateral (select substring(n.long for 20) as serial) s`, [generationId, entries]);
await services.db.raw('analyze revocations');

const times: number[] = [];
let size = 0;
for (let i = 0; i < rounds; i++) {
  const start = performance.now();
  const crl = await publishCrl(services, benchActor, generationId);
  times.push(performance.now() - start);
  size = crl.der.length;
  if (crl.entries !== entries || parseCrl(crl.der).entryCount !== entries) throw new Error(`expected ${entries} entries`);
}
const [{ crypto: signOnly }] = [await signAlone(size)];
const requests = [rawRequest('GET', `/crl/${label}.crl`)];
await fetch(`http://127.0.0.1:${port}/crl/${label}.crl`).then((answer) => answer.arrayBuffer());
const body = Buffer.alloc(size);
const bare = createServer((_req, res) => res.writeHead(200, { 'content-length': size }).end(body));
await new Promise<void>((done) => bare.listen(0, '127.0.0.1', done));
const limit = await runLoad({ port: (bare.address() as AddressInfo).port, connections: 8, requests, seconds: 3 });
const served = await runLoad({ port, connections: 8, requests, seconds: 3 });
bare.close();

const best = Math.min(...times);
report(`CRL: ${entries.toLocaleString('en-US')} entries, ${(size / 1e6).toFixed(1)} MB, P-256`, [
  ['from the database to the signed row', `${(best / 1000).toFixed(3)} s best of ${rounds}, ${(Math.max(...times) / 1000).toFixed(3)} s worst (goal 0.5)`],
  ['signing and checking that many bytes alone', `${(signOnly / 1000).toFixed(3)} s`],
  ['served', `${perSecond(served.perSecond)}   ratio to a bare node:http ${(served.perSecond / limit.perSecond).toFixed(2)}`],
]);
await bench.end();

async function signAlone(bytes: number): Promise<{ crypto: number }> {
  const { generateKeyPairSync, sign, verify } = await import('node:crypto');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const data = Buffer.alloc(bytes);
  const start = performance.now();
  if (!verify('sha256', data, publicKey, sign('sha256', data, privateKey))) throw new Error('not signed');
  return { crypto: performance.now() - start };
}
