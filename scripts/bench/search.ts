import { showAgency } from '../../src/lookup/agency.ts';
import { showCertificate } from '../../src/lookup/certificate.ts';
import { showOfficial } from '../../src/lookup/official.ts';
import { search } from '../../src/lookup/search.ts';
import type { Actor } from '../../src/services.ts';
import { benchActor, report, startBench } from './run.ts';

/**
 * How long a search takes while somebody types, and how long the pages take that it leads to, where there are a million officials and as many certificates in 3,400
 * agencies. Names are put together of common Vietnamese ones; the certificates are copies of a real one under serial
 * numbers of their own.
 */
const size = Number(process.argv[2] ?? 1_000_000);
const bench = await startBench();
const { db } = bench.services;

const madeFrom = performance.now();
await db.raw('drop index officials_by_search');
await db.raw(`insert into agencies (id, code, kind, parent_id, path, valid_from, created_at, updated_at)
  select gen_random_uuid(), a.code || '.' || n, 'unit', a.id, a.path || (a.code || '_' || n)::ltree, now(), now(), now()
  from agencies a cross join generate_series(1, 100) n where a.kind = 'province' and a.valid_to is null`);
await db.raw(`insert into agency_names (agency_id, name, certificate_name, valid_from)
  select id, (array['Sở Nội vụ', 'Sở Tài chính', 'Trung tâm Phục vụ hành chính công', 'Phường Hồng Hà', 'Xã Tân Tiến'])[1 + abs(hashtext(code)) % 5] || ' ' || code, code, now() from agencies where kind = 'unit'`);
const places = Number((await db('agencies').whereNull('validTo').count('* as n').first() as { n: string | number }).n);
const pick = (names: readonly string[], salt: number): string => `(array[${names.map((name) => `'${name}'`).join(', ')}])[1 + abs(hashint8(n * ${salt})) % ${names.length}]`;
await db.raw(
  `insert into officials (id, agency_id, name, position, email, created_at, updated_at)
   select md5('o' || n)::uuid, a.id, ${pick(['Nguyễn', 'Nguyễn', 'Nguyễn', 'Nguyễn', 'Trần', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Vũ', 'Đặng', 'Bùi', 'Đỗ'], 7)} || ' '
       || ${pick(['Văn', 'Văn', 'Thị', 'Thị', 'Đức', 'Minh', 'Hồng', 'Thu', 'Quang'], 11)} || ' '
       || ${pick(['An', 'Anh', 'Bình', 'Cường', 'Dung', 'Giang', 'Hà', 'Hải', 'Hương', 'Khánh', 'Lan', 'Long', 'Mai', 'Nam', 'Nga', 'Phúc', 'Quân', 'Sơn', 'Thảo', 'Tuấn', 'Vy', 'Yến'], 13)},
     'Chuyên viên', 'o' || n || '@example.gov.vn', now(), now()
   from generate_series(1, ?::int) n join (select id, row_number() over (order by id) - 1 as place from agencies where valid_to is null) a on a.place = n % ?::int`, [size, places]);
for (let done = 0; done < size; done += 100_000) {
  await db.raw(
    `insert into certificates (id, generation_id, serial_number, state, profile, profile_version, scheme, der, subject_der, subject_text, spki_hash, not_before, not_after,
       agency_id, agency_path, official_id, prepared_at, issued_at)
     select gen_random_uuid(), c.generation_id, substring(sha256(int8send(n)) for 20), 'issued', c.profile, c.profile_version, c.scheme, c.der || int8send(n), c.subject_der, '', sha256(int8send(n)),
       now(), now() + interval '1000 days', a.id, a.path, md5('o' || n)::uuid, now(), now()
     from generate_series(?::int, ?::int) n cross join (select * from certificates where profile = 'issuing-ca' limit 1) c
       join (select id, path, row_number() over (order by id) - 1 as place from agencies where valid_to is null) a on a.place = n % ?::int`, [done + 1, Math.min(done + 100_000, size), places]);
}
await db.raw(`create index officials_by_search on officials using gin (search_text(name || ' ' || email) gin_trgm_ops)`);
await db.raw('vacuum analyze officials, certificates, agencies, agency_names');

const permissions = new Set(['official:read', 'agency:read', 'certificate:read', 'request:read', 'audit:read', 'device:read'] as const);
const country: Actor = { ...benchActor, permissions };
const { rows: [province] } = await db.raw<{ rows: { id: string; path: string }[] }>(`select id, path from agencies where kind = 'province' and valid_to is null order by code limit 1`);
const { rows: [unit] } = await db.raw<{ rows: { id: string; path: string }[] }>(`select id, path from agencies where kind = 'unit' order by code limit 1`);
const serial = ((await db('certificates').orderBy('spkiHash').first('serialNumber')) as { serialNumber: Buffer }).serialNumber.toString('hex');

const figures: [string, string][] = [['made', `${((performance.now() - madeFrom) / 1000).toFixed(0)} s`]];
const measure = async (what: string, work: () => Promise<unknown>): Promise<void> => {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  figures.push([what, `${times[0]!.toFixed(1)} ms the first time, ${Math.min(...times).toFixed(1)} ms`]);
};
for (const [who, agencyPath] of [['country', undefined], ['a province', province!.path], ['one unit', unit!.path]] as const) {
  for (const typed of ['ng', 'nguyen', 'nguyen van', 'dang hong vy', 'khong co ai', 'zz', 'o777777@exa', 'so noi vu', 'hong ha', serial.slice(0, 8), serial]) {
    await measure(`${who}: ${typed}`, () => search(bench.services, { ...country, agencyPath }, typed));
  }
}
// copies do not parse; the one they were copied from does
const certificate = (await db('certificates').where({ profile: 'issuing-ca' }).whereNull('agencyId').first('id')) as { id: string };
const official = (await db('certificates').whereNotNull('officialId').first('officialId')) as { officialId: string };
await measure('a certificate', () => showCertificate(bench.services, country, certificate.id));
await measure('an official', () => showOfficial(bench.services, country, official.officialId));
await measure('an agency of a province', () => showAgency(bench.services, country, province!.id, { limit: 25 }));
await measure('a unit', () => showAgency(bench.services, country, unit!.id, { limit: 25 }));
report(`Searches among ${size.toLocaleString('en-US')} officials and certificates`, figures);
await bench.end();
