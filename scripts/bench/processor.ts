import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds of processor time. */
export interface ProcessorTime { serviceMs: number; postgresMs: number }

/** Ticks of /proc/…/stat (proc(5)); 100 a second on every Linux. */
const tickMs = 10;

/** What this process and the PostgreSQL it started have used so far; PostgreSQL's share is 0 where there is no /proc. */
export function processorTime(): ProcessorTime {
  const { user, system } = process.cpuUsage();
  return { serviceMs: (user + system) / 1000, postgresMs: postgresMs() };
}

/** What was used since. */
export function processorTimeSince(before: ProcessorTime): ProcessorTime {
  const now = processorTime();
  return { serviceMs: now.serviceMs - before.serviceMs, postgresMs: now.postgresMs - before.postgresMs };
}

/** For the report: what one of so many took of each. */
export function timeFor({ serviceMs, postgresMs }: ProcessorTime, count: number, clientMs?: number): string {
  const shares = [['service', serviceMs], ['PostgreSQL', postgresMs], ...(clientMs === undefined ? [] : [['client', clientMs] as const])] as const;
  return shares.map(([name, ms]) => `${name} ${(ms / count).toFixed(2)} ms`).join(', ');
}

/** Our server process, its ended children included, and each living child. */
function postgresMs(): number {
  const all = processes();
  const servers = all.filter(({ name, parent }) => name === 'postgres' && parent === process.pid);
  const ids = new Set(servers.map(({ id }) => id));
  const children = all.filter(({ parent }) => ids.has(parent));
  return (servers.reduce((sum, { own, ended }) => sum + own + ended, 0) + children.reduce((sum, { own, ended }) => sum + own + ended, 0)) * tickMs;
}

interface Process { id: number; name: string; parent: number; /** ticks */ own: number; ended: number }

function processes(): Process[] {
  return entries('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    const stat = textOf(`/proc/${name}/stat`);
    const close = stat.lastIndexOf(')');
    if (close < 0) return [];
    const rest = stat.slice(close + 2).split(' ').map(Number);
    return [{ id: Number(name), name: stat.slice(stat.indexOf('(') + 1, close), parent: rest[1]!, own: rest[11]! + rest[12]!, ended: rest[13]! + rest[14]! }];
  });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Empty for a process that has just ended. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
