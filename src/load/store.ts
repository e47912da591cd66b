import type { Knex } from 'knex';

export interface AnswerCount { hour: Date; service: string; answer: string; answers: number }

/** Adds to what this and other nodes have counted. In one order, so that two nodes never wait for each other. */
export async function addAnswers(db: Knex, counts: readonly AnswerCount[]): Promise<void> {
  await db.raw(
    `insert into answer_counts as a (hour, service, answer, answers)
     select * from unnest(?::timestamptz[], ?::text[], ?::text[], ?::bigint[]) c (hour, service, answer, answers) order by 1, 2, 3
     on conflict (hour, service, answer) do update set answers = a.answers + excluded.answers`,
    [counts.map(({ hour }) => hour), counts.map(({ service }) => service), counts.map(({ answer }) => answer), counts.map(({ answers }) => answers)]);
}

export interface LoadRow { service: string; answer: string; /** where the hour or the local day begins */ startsAt: Date; answers: number }

/** By hour since one moment, and by local day since another. */
export async function listLoad(db: Knex, { hoursFrom, daysFrom }: { hoursFrom: Date; daysFrom: Date }): Promise<{ hours: LoadRow[]; days: LoadRow[] }> {
  const { rows } = await db.raw<{ rows: (LoadRow & { byHour: boolean })[] }>(
    `select true as by_hour, service, answer, hour as starts_at, answers::float8 from answer_counts where hour >= ?
     union all
     select false, service, answer, date_trunc('day', hour at time zone 'Asia/Ho_Chi_Minh') at time zone 'Asia/Ho_Chi_Minh' as starts_at, sum(answers)::float8 from answer_counts where hour >= ? group by 2, 3, 4`,
    [hoursFrom, daysFrom]);
  return { hours: rows.filter(({ byHour }) => byHour), days: rows.filter(({ byHour }) => !byHour) };
}
