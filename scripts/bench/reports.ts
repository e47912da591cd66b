import { reportKinds } from '../../src/reports/catalogue.ts';
import { countNew, recount } from '../../src/facts/count.ts';
import { readReport, readReports } from '../../src/reports/read.ts';
import { shownReports } from '../../src/web/dashboard/present.ts';
import { benchActor, report, startBench } from './run.ts';

/**
 * How long each report takes where there are a million certificates and a third as many requests, spread over 3,400 agencies
 * and five years. The rows are copies of one real certificate under serial numbers of their own: reports read no signatures.
 */
const certificates = Number(process.argv[2] ?? 1_000_000);
const bench = await startBench();
const { services } = bench;
const { db } = services;

const madeFrom = performance.now();
// without the search by name, which costs more than all the rest and which no report uses
await db.raw('drop index officials_by_search');
await db.raw(`insert into agencies (id, code, kind, parent_id, path, valid_from, created_at, updated_at)
  select gen_random_uuid(), a.code || '.' || n, 'unit', a.id, a.path || (a.code || '_' || n)::ltree, now(), now(), now()
  from agencies a cross join generate_series(1, 100) n where a.kind = 'province' and a.valid_to is null`);
await db.raw(`insert into agency_names (agency_id, name, certificate_name, valid_from)
  select id, case when right(code, 1) in ('3', '7') then 'Trung tâm Phục vụ hành chính công ' else 'Phường ' end || code, code, now() from agencies where kind = 'unit'`);
await db.raw(
  `insert into officials (id, agency_id, name, position, email, created_at, updated_at)
   select gen_random_uuid(), a.id, 'Nguyễn Văn ' || n, 'Chuyên viên', 'o' || n || '@example.gov.vn', now(), now()
   from generate_series(1, ?::int) n join (select id, row_number() over (order by id) - 1 as place, count(*) over () as all_of from agencies where valid_to is null) a on a.place = n % a.all_of`, [Math.round(certificates / 2)]);
for (let done = 0; done < certificates; done += 50_000) {
  await db.raw(
    `insert into certificates (id, generation_id, serial_number, state, profile, profile_version, scheme, der, subject_der, subject_text, spki_hash, not_before, not_after,
       agency_id, agency_path, official_id, prepared_at, issued_at)
     select gen_random_uuid(), c.generation_id, substring(sha256(int8send(n)) for 20), 'issued', 'official-signing', p.version, c.scheme, c.der || int8send(n), c.subject_der, '', sha256(int8send(n)),
       at, at + interval '1000 days', o.agency_id, a.path, o.id, at, at
     from (select n, now() - (n % 1825) * interval '1 day' - (n % 86400) * interval '1 second' as at from generate_series(?::int, ?::int) n) s
     join (select *, row_number() over (order by id) as place from officials) o on o.place = 1 + s.n % (select count(*) from officials)
     join agencies a on a.id = o.agency_id cross join (select * from certificates where profile = 'issuing-ca' limit 1) c
     cross join (select max(version) as version from profiles where name = 'official-signing') p`, [done + 1, Math.min(done + 50_000, certificates)]);
}
await db.raw(`insert into revocations (certificate_id, generation_id, serial_number, reason, revoked_at, not_after, crl_entry)
  select id, generation_id, serial_number, 'superseded', issued_at + interval '100 days', not_after, '' from certificates where profile = 'official-signing' and get_byte(serial_number, 0) < 20 and issued_at < now() - interval '100 days'`);
await db.raw(`update certificates set profile = 'agency-seal', official_id = null where id in (select id from certificates where profile = 'official-signing' and get_byte(serial_number, 1) < 5)`);
await db.raw(
  `insert into requests (id, kind, state, profile, agency_id, subject, subject_text, content_hash, composed_at, submitted_by, due_at, duplicate_key, submission_hash, created_at, state_changed_at)
   select gen_random_uuid(), 'issue', 'refused', 'official-signing', agency_id, '[]', '', spki_hash, issued_at, 'x', issued_at + interval '3 days', '', spki_hash, issued_at, issued_at + (get_byte(serial_number, 2) % 5) * interval '1 day'
   from certificates where agency_id is not null and get_byte(serial_number, 3) < 85`);
await db.raw(`insert into verifications (id, asked_by, document_digest, document_size, format, policy, validation_time, verified_at, indication, signatures)
  select gen_random_uuid(), 'x', sha256(id::text::bytea), 1, 'PDF', 'p', now(), now() - (get_byte(serial_number, 4) * interval '1 day'), 'TOTAL-PASSED',
    jsonb_build_array(jsonb_build_object('indication', 'TOTAL-PASSED', 'signer', encode(sha256(der), 'hex'))) from certificates where agency_id is not null and get_byte(serial_number, 5) < 100`);
const made = (performance.now() - madeFrom) / 1000;

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await work();
  return performance.now() - from;
};
const recounted = await timed(() => recount(services));
await db.raw('vacuum analyze');
const figures: [string, string][] = [['made', `${made.toFixed(0)} s`], ['all counted anew (once a night)', `${(recounted / 1000).toFixed(1)} s`]];
await countNew(services);
for (const { name } of reportKinds) {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) times.push(await timed(() => readReport(services, benchActor, name)));
  const own = await timed(() => readReport(services, { ...benchActor, agencyPath: 'H05' }, name));
  figures.push([name, `${times.toSorted((a, b) => a - b)[1]!.toFixed(0)} ms   of one province ${own.toFixed(0)} ms`]);
}
let queries = 0;
const count = (): void => { queries += 1; };
db.on('query', count);
const all = await timed(() => readReports(services, benchActor, shownReports));
db.off('query', count);
const ofOne = await timed(() => readReports(services, { ...benchActor, agencyPath: 'H05' }, shownReports));
figures.push(['figures of the dashboard', `${all.toFixed(0)} ms in ${queries} queries   of one province ${ofOne.toFixed(0)} ms`]);
report(`Reports over ${certificates.toLocaleString('en-US')} certificates`, figures);
await bench.end();
