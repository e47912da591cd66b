import { findPeople, type PeopleQuestion } from '../../src/people/list.ts';
import type { Actor } from '../../src/services.ts';
import { benchActor, report, startBench } from './run.ts';

/** How long a page of people takes where there are a million with a certificate each, in 3,400 agencies; a tenth have none, some left. */
const people = Number(process.argv[2] ?? 1_000_000);
const bench = await startBench();
const { services } = bench;
const { db } = services;

await db.raw(`insert into agencies (id, code, kind, parent_id, path, valid_from, created_at, updated_at)
  select gen_random_uuid(), a.code || '.' || n, 'unit', a.id, a.path || (a.code || '_' || n)::ltree, now(), now(), now()
  from agencies a cross join generate_series(1, 100) n where a.kind = 'province' and a.valid_to is null`);
await db.raw(`insert into agency_names (agency_id, name, certificate_name, valid_from) select id, 'Phường ' || code, code, now() from agencies where kind = 'unit'`);
await db.raw(
  `insert into officials (id, agency_id, name, position, email, left_at, created_at, updated_at)
   select gen_random_uuid(), a.id, (array['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Đặng'])[1 + n % 5] || ' Văn ' || n, 'Chuyên viên', 'o' || n || '@example.gov.vn', case when n % 97 = 0 then now() end, now(), now()
   from generate_series(1, ?::int) n join (select id, row_number() over (order by id) - 1 as place, count(*) over () as all_of from agencies where valid_to is null) a on a.place = n % a.all_of`, [people]);
await db.raw(
  `insert into certificates (id, generation_id, serial_number, state, profile, profile_version, scheme, der, subject_der, subject_text, spki_hash, not_before, not_after,
     agency_id, agency_path, official_id, prepared_at, issued_at)
   select gen_random_uuid(), c.generation_id, substring(sha256(int8send(o.n)) for 20), 'issued', 'official-signing', p.version, c.scheme, c.der || int8send(o.n), c.subject_der, '', sha256(int8send(o.n)),
     at, at + interval '1000 days', o.agency_id, a.path, o.id, at, at
   from (select *, row_number() over () as n from officials) o join agencies a on a.id = o.agency_id cross join lateral (select now() - (o.n % 1100) * interval '1 day' as at) t
   cross join (select * from certificates where profile = 'issuing-ca' limit 1) c cross join (select max(version) as version from profiles where name = 'official-signing') p`);
await db.raw('vacuum analyze');

const country: Actor = benchActor;
const of = (agencyPath: string): Actor => ({ ...country, agencyPath });
const [unit, province] = await Promise.all(['nlevel(path) = 2', 'nlevel(path) = 1'].map(async (where) => ((await db('agencies').whereRaw(`kind in ('unit', 'province') and valid_to is null and ${where}`).first('path')) as { path: string }).path));
const reaches: readonly [string, Actor][] = [['country', country], ['province', of(province!)], ['unit', of(unit!)]];
const questions: readonly [string, PeopleQuestion][] = [
  ['next end', {}], ['within 30 days', { days: 30 }], ['without', { state: 'without' }], ['left', { state: 'left' }], ['all', { state: 'all' }], ['a rare name', { q: 'van 77777' }], ['a common name', { q: 'nguyen' }],
];
const figures: [string, string][] = [];
for (const [reach, actor] of reaches) {
  for (const [what, question] of questions) {
    const took: number[] = [];
    for (let i = 0; i < 5; i++) {
      const from = performance.now();
      const { next } = await findPeople(services, actor, question, { limit: 25 });
      if (next && i === 4) await findPeople(services, actor, question, { limit: 25, after: next });
      took.push(performance.now() - from);
    }
    figures.push([`${reach}, ${what}`, `${took.slice(0, 4).toSorted((a, b) => a - b)[2]!.toFixed(1)} ms; both first pages ${took[4]!.toFixed(1)} ms`]);
  }
}
report(`A page of ${people} people`, figures);
await bench.end();
