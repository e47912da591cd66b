import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/** One request as bytes, ready for the wire. */
export interface LoadJob {
  port: number;
  connections: number;
  /** raw HTTP/1.1 requests in base64 */
  requests: string[];
  /** go round the requests for so long; without it each is sent once */
  seconds?: number;
}
export interface LoadResult { answers: number; seconds: number; perSecond: number; statuses: Record<string, number>; p50Ms: number; p99Ms: number; /** processor time of the client */ cpuMs: number }

/** Sends the requests over keep-alive connections, one at a time on each. Answers need a Content-Length. */
async function load({ port, connections, requests, seconds }: LoadJob): Promise<LoadResult> {
  const wires = requests.map((request) => Buffer.from(request, 'base64'));
  const statuses: Record<string, number> = {};
  const times: number[] = [];
  let next = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const until = seconds === undefined ? Number.POSITIVE_INFINITY : start + seconds * 1000;
  const take = (): Buffer | undefined => {
    if (performance.now() >= until || (seconds === undefined && next >= wires.length)) return undefined;
    return wires[next++ % wires.length];
  };
  const drive = (socket: Socket): Promise<void> => new Promise((done, fail) => {
    let sentAt = 0;
    let head: Buffer = Buffer.alloc(0);
    // octets of the body still to come; undefined while the head is read
    let missing: number | undefined;
    const send = (): void => {
      const wire = take();
      if (!wire) return void socket.end(done);
      sentAt = performance.now();
      socket.write(wire);
    };
    const readHead = (chunk: Buffer): void => {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = head.toString('latin1', 0, end);
      const status = text.slice(9, 12);
      statuses[status] = (statuses[status] ?? 0) + 1;
      missing = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0) - (head.length - end - 4);
    };
    socket.setNoDelay(true).on('error', fail).on('connect', send).on('data', (chunk: Buffer) => {
      if (missing === undefined) readHead(chunk);
      else missing -= chunk.length;
      if (missing === undefined || missing > 0) return;
      times.push(performance.now() - sentAt);
      [head, missing] = [Buffer.alloc(0), undefined];
      send();
    });
  });
  await Promise.all(Array.from({ length: connections }, () => drive(connect(port, '127.0.0.1'))));
  const took = (performance.now() - start) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
  const { user, system } = process.cpuUsage(cpu);
  return { answers: times.length, seconds: took, perSecond: times.length / took, statuses, p50Ms: at(0.5), p99Ms: at(0.99), cpuMs: (user + system) / 1000 };
}

if (process.argv[1] === import.meta.filename) {
  const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LoadJob;
  process.stdout.write(JSON.stringify(await load(job)));
}
