import type { Knex } from 'knex';

const familyNames = ['Nguyễn', 'Nguyễn', 'Nguyễn', 'Nguyễn', 'Trần', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Vũ', 'Đặng', 'Bùi', 'Đỗ'];
const middleNames = ['Văn', 'Văn', 'Thị', 'Thị', 'Đức', 'Minh', 'Hồng', 'Thu', 'Quang'];
const givenNames = ['An', 'Anh', 'Bình', 'Cường', 'Dung', 'Giang', 'Hà', 'Hải', 'Hương', 'Khánh', 'Lan', 'Long', 'Mai', 'Nam', 'Nga', 'Phúc', 'Quân', 'Sơn', 'Thảo', 'Tuấn', 'Vy', 'Yến'];
const units = ['Sở Nội vụ', 'Sở Tài chính', 'Trung tâm Phục vụ hành chính công', 'Phường Hồng Hà', 'Xã Tân Tiến'];

const filled = ['agencies', 'agency_names', 'officials', 'official_history', 'official_identities', 'certificates', 'revocations', 'crls', 'requests', 'request_texts', 'decisions',
  'audit_entries', 'verifications', 'events', 'sessions', 'mails', 'bulk_jobs', 'bulk_lines', 'reorganisations'];

const pick = (from: readonly string[], salt: number): string => `(array[${from.map((one) => `'${one}'`).join(', ')}])[1 + abs(hashint8(k * ${salt})) % ${from.length}]`;
/** The same number has the same id in every table that names it; it looks like any other. */
const idOf = (letter: string, number: string): string => `overlay(overlay(md5('${letter}' || ${number}) placing '4' from 13) placing '8' from 17)::uuid`;

/**
 * What years of use leave behind, put straight into the tables in one transaction: so many certificates, two of each person,
 * in 3,400 agencies; requests in every state, decided and open; audit, events, receipts, mails, sessions, jobs. Certificates
 * are copies of one real one under names and serial numbers of their own. Indexes are made after the rows, keys are not
 * checked; the statements below keep them.
 */
export async function fillTables(db: Knex, certificates: number): Promise<void> {
  await db.raw(`alter system set max_wal_size = '8GB'`);
  await db.raw('select pg_reload_conf()');
  await db.transaction(async (tx) => {
    await tx.raw(`set local session_replication_role = replica; set local maintenance_work_mem = '1GB'; set local work_mem = '256MB'; set local synchronous_commit = off`);
    const { rows: indexes } = await tx.raw<{ rows: { indexname: string; indexdef: string }[] }>(
      'select indexname, indexdef from pg_indexes where schemaname = current_schema() and tablename = any(?::text[]) and indexname not in (select conname from pg_constraint)', [filled]);
    for (const { indexname } of indexes) await tx.raw('drop index ??', [indexname]);
    for (const statement of statements(certificates)) await tx.raw(statement);
    for (const { indexdef } of indexes) await tx.raw(indexdef);
  });
  await db.raw('vacuum analyze');
  await db.raw('alter system reset all');
  await db.raw('select pg_reload_conf()');
}

/** Whether an earlier run has filled this database: it does so wholly or not at all. */
export async function isFilled(db: Knex): Promise<boolean> {
  return (await db('agencies').where({ code: 'H05.7' }).first('id')) !== undefined;
}

function statements(certificates: number): string[] {
  const people = Math.round(certificates / 1.8);
  return [...registers(people), ...issued(people), ...requested(), ...recorded(certificates), ...worked()];
}

function registers(people: number): string[] {
  return [
    `insert into agencies (id, code, kind, parent_id, path, valid_from, created_at, updated_at)
       select gen_random_uuid(), a.code || '.' || n, 'unit', a.id, a.path || (a.code || '_' || n)::ltree, now(), now(), now()
       from agencies a cross join generate_series(1, 100) n where a.kind = 'province' and a.valid_to is null`,
    `insert into agency_names (agency_id, name, certificate_name, valid_from)
       select id, ${pick(units, 3)} || ' ' || code, code, now() from (select *, row_number() over (order by code) as k from agencies where kind = 'unit') a`,
    `create temp table places on commit drop as select row_number() over (order by path) - 1 as place, id, path, code from agencies where valid_to is null`,
    // every tenth of those who serve has no certificate; some have left
    `create temp table persons on commit drop as
       select k, ${idOf('o', 'k')} as id, p.id as agency_id, p.path, p.code,
         ${pick(familyNames, 7)} || ' ' || ${pick(middleNames, 11)} || ' ' || ${pick(givenNames, 13)} as name, 'o' || k || '@example.gov.vn' as email,
         now() - case when k % 20 = 0 then 1095 - k / 20 % 90 else abs(hashint8(k * 17)) % 730 end * interval '1 day' as at
       from generate_series(1, ${people}) k join places p on p.place = k % (select count(*) from places)`,
    `insert into officials (id, agency_id, name, position, email, left_at, created_at, updated_at)
       select id, agency_id, name, 'Chuyên viên', email, case when k % 97 = 0 then now() end, at, at from persons`,
    `insert into official_history (official_id, agency_id, name, position, email, valid_from) select id, agency_id, name, 'Chuyên viên', email, at from persons`,
    `insert into official_identities (official_id, sealed, blind_index, serving, check_state, updated_at)
       select id, sha256(int8send(k)), sha256(int8send(k)), true, (array['confirmed', 'confirmed', 'not-checked', 'waiting'])[1 + k % 4], at from persons where k % 2 = 0`,
  ];
}

/** `older` were replaced by those of now; each is a row of `made`. */
function issued(people: number): string[] {
  return [
    `create temp table made on commit drop as
       select k + r * ${people} as n, r = 1 as is_newer, k, id as official_id, agency_id, path, name, email, at - (1 - r) * interval '1000 days' as at,
         case when k % 3 = 0 then ${idOf('r', `(k + r * ${people})`)} end as request_id, case when r = 1 then ${idOf('c', 'k')} end as replaces_id,
         'E=' || email || ',CN=' || name || ',OU=' || code || ',O=' || code || ',C=VN' as subject_text
       from persons cross join generate_series(0, 1) r where k % 10 <> 7`,
    `insert into certificates (id, generation_id, serial_number, state, profile, profile_version, scheme, der, subject_der, subject_text, spki_hash, not_before, not_after,
         agency_id, agency_path, official_id, request_id, replaces_id, prepared_at, issued_at)
       select ${idOf('c', 'n')}, c.generation_id, substring(sha256(int8send(n)) for 20), case when n % 23 = 0 then 'revoked' else 'issued' end,
         case when n % 50 = 1 then 'agency-seal' else c.profile end, c.profile_version, c.scheme, c.der, c.subject_der, m.subject_text, sha256(int8send(n)), m.at, m.at + interval '1095 days',
         m.agency_id, m.path, case when n % 50 <> 1 then m.official_id end, m.request_id, m.replaces_id, m.at, m.at
       from made m cross join (select * from certificates where profile = 'official-signing' and state = 'issued' order by prepared_at limit 1) c`,
    `insert into certificate_texts (certificate_id, text) select id, search_text(subject_text) from certificates on conflict do nothing`,
    `insert into revocations (certificate_id, generation_id, serial_number, reason, revoked_at, not_after, crl_entry)
       select id, generation_id, serial_number, 'superseded', least(now(), issued_at + interval '100 days'), not_after, sha256(serial_number) from certificates where state = 'revoked'`,
    `insert into crls (id, generation_id, number, scheduled, this_update, next_update, entries, der, published_at)
       select gen_random_uuid(), l.generation_id, 100 + d, true, t.at, t.at + interval '7 days', d, l.der, t.at
       from (select distinct on (generation_id) * from crls order by generation_id, number) l cross join generate_series(1, 1800) d cross join lateral (select now() - (1801 - d) * interval '1 day' as at) t`,
  ];
}

function requested(): string[] {
  const subject = `jsonb_build_array(jsonb_build_array('C', 'VN'), jsonb_build_array('O', code), jsonb_build_array('CN', name), jsonb_build_array('E', email))`;
  const columns = `id, kind, state, profile, agency_id, official_id, certificate_id, new_certificate_id, subject, subject_text, urgent, content_hash, composed_at, submitted_by, due_at, duplicate_key, submission_hash, created_at, state_changed_at`;
  return [
    `insert into requests (${columns})
       select request_id, case when is_newer then 'renew' else 'issue' end, 'approved', 'official-signing', agency_id, official_id, replaces_id, ${idOf('c', 'n')}, '[]', subject_text, false,
         sha256(int8send(n)), at - interval '2 days', ${idOf('s', 'k % 3000')}::text, at + interval '1 day', 'd' || n, sha256(int8send(n)), at - interval '2 days', at from made where request_id is not null`,
    `insert into requests (${columns})
       select ${idOf('q', 'k')}, 'issue', 'refused', 'official-signing', agency_id, id, null, null, '[]', 'E=' || email || ',CN=' || name || ',O=' || code || ',C=VN', false,
         sha256(int8send(k)), at, ${idOf('s', 'k % 3000')}::text, at + interval '3 days', 'q' || k, sha256(int8send(k)), at, at + interval '1 day' from persons where k % 10 = 3`,
    // those who have none are asked for: a third of them now, some urgent, some late
    `insert into requests (${columns})
       select ${idOf('w', 'k')}, 'issue', s.state, 'official-signing', agency_id, id, null, null, ${subject}, 'E=' || email || ',CN=' || name || ',O=' || code || ',C=VN', k % 11 = 0,
         sha256(int8send(k)), t.at, ${idOf('s', 'k % 3000')}::text, case when s.state in ('confirmed', 'examined') or k % 11 = 0 then t.at + interval '5 days' end, 'w' || k, sha256(int8send(k)), t.at, t.at
       from persons cross join lateral (select (array['draft', 'confirmed', 'confirmed', 'examined', 'examined', 'returned'])[1 + k / 30 % 6] as state) s
         cross join lateral (select now() - abs(hashint8(k * 19)) % 8640 * interval '1 minute' as at) t where k % 30 = 7`,
    `insert into request_texts (request_id, text) select id, search_text(subject_text) from requests on conflict do nothing`,
    `insert into decisions (id, request_id, round, decision, from_state, to_state, actor_id, actor_name, reason, content_hash, decided_at)
       select gen_random_uuid(), r.id, 1, d.decision, d.from_state, d.to_state, ${idOf('s', "hashtext(r.id::text || d.decision) % 3000")}::text, 'Nguyễn Thị Duyệt', case when d.decision in ('return', 'refuse') then 'Thiếu giấy tờ' end,
         r.content_hash, r.created_at + d.place * interval '4 hours'
       from requests r join (values (1, 'confirm', 'draft', 'confirmed'), (2, 'examine', 'confirmed', 'examined'), (3, 'approve', 'examined', 'approved'), (3, 'refuse', 'examined', 'refused'), (3, 'return', 'examined', 'returned'))
         d (place, decision, from_state, to_state)
       on case r.state when 'draft' then false when 'confirmed' then d.place = 1 when 'examined' then d.place <= 2 else d.place <= 2 or d.to_state = r.state end`,
  ];
}

function recorded(certificates: number): string[] {
  return [
    `insert into audit_entries (at, actor_id, actor_kind, actor_name, action, subject_type, subject_id, before, after, request_id, leaf_hash)
       select e.*, gen_random_uuid()::text, sha256(e.subject_id::bytea) from (
         select issued_at as at, 'system:issue', 'system', 'issue', 'certificate.issued', 'certificate', id::text as subject_id, null::jsonb, jsonb_build_object('serialNumber', encode(serial_number, 'hex')) from certificates where issued_at is not null
         union all select created_at, submitted_by, 'operator', 'Trần Văn Đăng Ký', 'request.submitted', 'request', id::text, null, jsonb_build_object('subject', subject_text, 'kind', kind) from requests
         union all select decided_at, actor_id, 'operator', actor_name, 'request.' || to_state, 'request', request_id::text, jsonb_build_object('state', from_state), jsonb_build_object('state', to_state) from decisions
         union all select revoked_at, ${idOf('s', '7')}::text, 'operator', 'Lê Thị Thu Hồi', 'certificate.revoked', 'certificate', certificate_id::text, null, jsonb_build_object('reason', reason) from revocations) e order by e.at`,
    `insert into events (position, id, type, subject_type, subject_id, agency_path, data, occurred_at)
       select 1000 + row_number() over (order by issued_at), gen_random_uuid(), 'certificate.issued', 'certificate', id::text, agency_path, '{}', issued_at from certificates where official_id is not null`,
    `insert into verifications (id, asked_by, agency_path, document_digest, document_size, format, policy, validation_time, verified_at, indication, signatures)
       select gen_random_uuid(), ${idOf('s', 'n % 3000')}::text, p.path, sha256(int8send(n)), 100000 + n % 900000, 'PDF', 'p', t.at, t.at, 'TOTAL-PASSED',
         jsonb_build_array(jsonb_build_object('indication', 'TOTAL-PASSED', 'signer', encode(sha256(int8send(n % 1000)), 'hex')))
       from generate_series(1, ${Math.round(certificates / 2)}) n join places p on p.place = n % (select count(*) from places) cross join lateral (select now() - abs(hashint8(n * 23)) % 1000 * interval '1 day' as at) t`,
    `insert into mails (id, recipient, template, language, state, attempts, queued_at, finished_at)
       select gen_random_uuid(), email, 'certificate-expires', 'vi', case when k % 50 = 0 then 'failed' else 'sent' end, 1, at, at from persons where k % 2 = 0`,
    `insert into sessions (id, token_hash, official_id, method, address, user_agent, created_at, last_seen_at, expires_at, ended_at)
       select gen_random_uuid(), sha256(int8send(k)), id, 'link', '192.0.2.7', 'Mozilla/5.0', now() - interval '1 day', now() - interval '1 day', now() - interval '20 hours', now() - interval '20 hours' from persons where k % 5 = 0`,
  ];
}

function worked(): string[] {
  return [
    `insert into bulk_jobs (id, operation, state, agency_id, file_name, file_hash, lines, content_hash, submitted_by, submitted_name, created_at, started_at, finished_at)
       select ${idOf('j', 'n')}, 'issue', case when n % 10 = 0 then 'checked' else 'finished' end, p.id, 'danh-sach-' || n || '.xlsx', sha256(int8send(n)), 1000, sha256(int8send(n)), ${idOf('s', 'n')}::text, 'Trần Văn Đăng Ký',
         now() - n * interval '1 day', now() - n * interval '1 day', case when n % 10 <> 0 then now() - n * interval '1 day' end from generate_series(1, 300) n join places p on p.place = n * 7 % (select count(*) from places)`,
    `insert into bulk_lines (bulk_id, line, id, state, kind, profile, agency_id, official_id, subject, subject_text, content_hash, finished_at)
       select ${idOf('j', '(k / 1000 + 1)')}, 1 + k % 1000, gen_random_uuid(), case when (k / 1000 + 1) % 10 = 0 then 'ready' else 'done' end, 'issue', 'official-signing', agency_id, id, '[]', 'CN=' || name, sha256(int8send(k)),
         case when (k / 1000 + 1) % 10 <> 0 then now() end from persons where k < 300000`,
    `insert into bulk_jobs (id, operation, state, file_name, file_hash, lines, content_hash, submitted_by, submitted_name, created_at, started_at, finished_at)
       select ${idOf('m', 'n')}, 'reorganise', 'finished', '', sha256(int8send(n)), 0, sha256(int8send(n)), ${idOf('s', 'n')}::text, 'Trần Văn Đăng Ký', now() - n * interval '9 days', now(), now() from generate_series(1, 60) n`,
    `insert into reorganisations (id, bulk_id, title, legal_basis, actions, overlap_days, same_key, created_at, applied_at)
       select ${idOf('g', 'n')}, ${idOf('m', 'n')}, 'Sáp nhập xã ' || n, 'Nghị quyết ' || n, '[]', 90, false, now() - n * interval '9 days', now() from generate_series(1, 60) n`,
  ];
}
