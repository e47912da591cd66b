import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from './database.ts';

export type Answering = Uint8Array | ((req: IncomingMessage, res: ServerResponse) => void);

/** A server of a certification authority on the loopback, which can misbehave in every way. */
export class EvidenceServer {
  readonly answers = new Map<string, Answering>();
  /** paths asked for, in order */
  readonly asked: string[] = [];
  readonly bodies: Buffer[] = [];
  /** `localhost:port`, as EVIDENCE_HOSTS wants it */
  readonly host: string;

  private constructor(host: string) {
    this.host = host;
  }

  static async start(): Promise<EvidenceServer> {
    let self: EvidenceServer | undefined;
    const server = createServer((req, res) => self?.answer(req, res));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    atEnd(() => new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    }));
    self = new EvidenceServer(`localhost:${(server.address() as AddressInfo).port}`);
    return self;
  }

  url(path: string): string {
    return `http://${this.host}${path}`;
  }

  private answer(req: IncomingMessage, res: ServerResponse): void {
    const path = req.url ?? '';
    this.asked.push(path);
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      this.bodies.push(Buffer.concat(chunks));
      const answering = this.answers.get(path);
      if (!answering) res.writeHead(404).end();
      else if (answering instanceof Uint8Array) res.writeHead(200, { 'Content-Length': answering.length }).end(answering);
      else answering(req, res);
    });
  }
}

/** What an operator would set to let such a server be asked. */
export const settingsFor = (...servers: EvidenceServer[]): { EVIDENCE_HOSTS: string; EVIDENCE_NETWORKS: string } =>
  ({ EVIDENCE_HOSTS: servers.map(({ host }) => host).join(','), EVIDENCE_NETWORKS: '127.0.0.0/8,::1/128' });
