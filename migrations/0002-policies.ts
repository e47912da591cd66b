import type { Knex } from 'knex';

interface PolicyRow { key: string; value: number | boolean; source: string }

const unread = 'to be confirmed: the text of the article was not at hand';

/**
 * What the law and the committee set, each with where it comes from. Changing law changes rows, not code.
 * They hold from the day NĐ 68/2024/NĐ-CP came into force.
 */
const initialPolicies: readonly PolicyRow[] = [
  { key: 'subscriber.max_days', value: 1825, source: 'NĐ 68/2024/NĐ-CP Điều 9: at most 5 years' },
  { key: 'renewal.max_days', value: 1095, source: 'NĐ 68/2024/NĐ-CP Điều 9: at most 3 years more' },
  { key: 'renewal.max_count', value: 1, source: `NĐ 130/2018/NĐ-CP Điều 63: once; under NĐ 68/2024 ${unread}` },
  { key: 'renewal.min_days_left', value: 30, source: `NĐ 68/2024/NĐ-CP, ${unread}; NĐ 130/2018 Điều 63 said 60` },
  { key: 'renewal.opens_days_before', value: 1825, source: 'no earliest day found in the law: open for the whole life' },
  { key: 'renewal.same_key', value: false, source: 'own rule: a renewal takes a new key' },
  { key: 'change.same_key', value: true, source: 'own rule: a change of content may keep the key in its device' },
  { key: 'deadline.issue_working_days', value: 3, source: 'NĐ 68/2024/NĐ-CP Điều 11' },
  { key: 'deadline.renew_working_days', value: 3, source: 'TTHC 1105201 (NĐ 130/2018)' },
  { key: 'deadline.change_working_days', value: 3, source: `NĐ 68/2024/NĐ-CP, ${unread}` },
  { key: 'deadline.revoke_working_days', value: 3, source: 'TTHC 1105203 (NĐ 130/2018)' },
  { key: 'deadline.restore_device_working_days', value: 3, source: `NĐ 68/2024/NĐ-CP, ${unread}` },
  { key: 'authority.max_days', value: 7305, source: 'NĐ 68/2024/NĐ-CP Điều 9: 20 years' },
  { key: 'hold.allowed', value: false, source: 'NĐ 68/2024/NĐ-CP: five kinds of request, suspension is none of them' },
  { key: 'crl.validity_seconds', value: 604_800, source: 'own rule; publication period of the CA not found' },
  { key: 'crl.interval_seconds', value: 86_400, source: 'own rule; publication period of the CA not found' },
  { key: 'ocsp.validity_seconds', value: 14_400, source: 'own rule' },
];

/** Policies with effective dates, and the days on which the public service does not work. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
    create extension if not exists btree_gist;

    create table policies (
      id             uuid primary key,
      key            text not null check (key ~ '^[a-z_]+[.][a-z_]+$'),
      value          jsonb not null,
      effective_from timestamptz not null,
      effective_to   timestamptz check (effective_to > effective_from),
      source         text not null check (length(source) between 1 and 500),
      created_at     timestamptz not null,
      created_by     text not null,
      exclude using gist (key with =, tstzrange(effective_from, effective_to) with &&)
    );

    -- A row that has held once must be readable for ever as it was: only its open end may be closed, once.
    create function keep_policy() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and old.effective_to is null and new.effective_to is not null
        and (new.id, new.key, new.value, new.effective_from, new.source, new.created_at, new.created_by)
          is not distinct from (old.id, old.key, old.value, old.effective_from, old.source, old.created_at, old.created_by)
      then return new; end if;
      raise exception 'a policy is never edited: add a row' using errcode = 'insufficient_privilege';
    end $$;
    create trigger keep_policy before update or delete on policies for each row execute function keep_policy();

    create table holidays (
      day     date primary key,
      working boolean not null,
      name    text not null check (length(name) between 1 and 200),
      source  text not null check (length(source) between 1 and 500)
    );
    comment on column holidays.working is 'true: a Saturday or Sunday worked in exchange for another day';
  `);
  await db.raw(
    `insert into policies (id, key, value, effective_from, source, created_at, created_by)
     select gen_random_uuid(), p.key, p.value, timestamptz '2024-08-15 00:00:00+07', p.source,
            timestamptz '2024-08-15 00:00:00+07', 'migration'
     from jsonb_to_recordset(?::jsonb) as p (key text, value jsonb, source text)`,
    [JSON.stringify(initialPolicies)],
  );
  await db.raw(
    `insert into holidays (day, working, name, source)
     select h.day, h.working, h.name, h.source
     from jsonb_to_recordset(?::jsonb) as h (day date, working boolean, name text, source text)`,
    [JSON.stringify(holidayRows())],
  );
}

export async function down(): Promise<void> {
  throw new Error('forward only: restore from a backup');
}

const labourCode = 'Bộ luật Lao động 2019 Điều 112';
const announced2026 = `${labourCode} and the days announced for 2026`;
const unconfirmed2026 = `${labourCode}; to be confirmed against the announcement for 2026`;
const computed2027 = `${labourCode}; days computed, to be confirmed by the announcement for 2027`;

const holidays: readonly [source: string, name: string, days: string][] = [
  [unconfirmed2026, 'Tết Dương lịch', '2026-01-01 2026-01-02'],
  [announced2026, 'Tết Nguyên đán', '2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20'],
  [unconfirmed2026, 'Giỗ Tổ Hùng Vương (nghỉ bù)', '2026-04-27'],
  [unconfirmed2026, 'Ngày Chiến thắng', '2026-04-30'],
  [unconfirmed2026, 'Ngày Quốc tế lao động', '2026-05-01'],
  [unconfirmed2026, 'Quốc khánh', '2026-08-31 2026-09-01 2026-09-02'],
  [computed2027, 'Tết Dương lịch', '2027-01-01'],
  [computed2027, 'Tết Nguyên đán', '2027-02-05 2027-02-08 2027-02-09 2027-02-10 2027-02-11'],
  [computed2027, 'Giỗ Tổ Hùng Vương', '2027-04-16'],
  [computed2027, 'Ngày Chiến thắng', '2027-04-30'],
  [computed2027, 'Ngày Quốc tế lao động (nghỉ bù)', '2027-05-03'],
  [computed2027, 'Quốc khánh', '2027-09-02 2027-09-03'],
];

// Saturdays worked for 2 January and 31 August 2026.
const exchanged = ['2026-01-10', '2026-08-22'];

function holidayRows(): object[] {
  const off = holidays.flatMap(([source, name, days]) => days.split(' ').map((day) => ({ day, working: false, name, source })));
  return [...off, ...exchanged.map((day) => ({ day, working: true, name: 'Làm bù', source: unconfirmed2026 }))];
}
