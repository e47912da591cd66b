import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { atEnd } from './database.ts';

export interface ReceivedMail { from: string; to: string[]; raw: string; header(name: string): string | undefined; text: string; html: string }

export interface TestMailServer {
  received: ReceivedMail[];
  port: number;
  /** Stops answering; connections are refused. */
  down(): Promise<void>;
  /** Answers again, on the same port. */
  up(): Promise<void>;
}

/** A real SMTP server on this machine, up until the end of the file; mail is sent to it by `smtp://127.0.0.1:<port>`. */
export async function testMailServer(options: SMTPServerOptions = {}): Promise<TestMailServer> {
  const received: ReceivedMail[] = [];
  let server: SMTPServer | undefined;
  const start = async (port: number): Promise<number> => {
    server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'], logger: false,
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          received.push(readMail(mailFrom === false ? '' : mailFrom.address, rcptTo.map(({ address }) => address), Buffer.concat(chunks).toString('latin1')));
          done();
        });
      },
      ...options,
    });
    server.on('error', () => undefined);
    const listening = server;
    await new Promise<void>((done) => listening.listen(port, '127.0.0.1', done));
    return (listening.server.address() as AddressInfo).port;
  };
  const port = await start(0);
  const down = async (): Promise<void> => {
    const stopping = server;
    server = undefined;
    if (stopping) await new Promise<void>((done) => { stopping.close(() => done()); });
  };
  atEnd(down);
  return { received, port, down, up: async () => void (await start(port)) };
}

function readMail(from: string, to: string[], raw: string): ReceivedMail {
  const [head = ''] = raw.split('\r\n\r\n', 1);
  const unfolded = head.replaceAll(/\r\n[ \t]+/g, ' ');
  const header = (name: string): string | undefined => {
    const found = unfolded.split('\r\n').find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return found === undefined ? undefined : decodeWords(found.slice(name.length + 1).trim());
  };
  return { from, to, raw, header, text: part(raw, 'text/plain'), html: part(raw, 'text/html') };
}

/** RFC 2047, the two encodings. */
function decodeWords(text: string): string {
  return text.replaceAll(/\?=\s+=\?/g, '?==?').replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_whole, kind: string, body: string) =>
    (kind.toLowerCase() === 'b' ? Buffer.from(body, 'base64') : Buffer.from(unquote(body.replaceAll('_', ' ')), 'latin1')).toString('utf8'));
}

const unquote = (text: string): string => text.replaceAll(/=\r\n/g, '').replaceAll(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

function part(raw: string, type: string): string {
  const from = raw.toLowerCase().indexOf(`content-type: ${type}`);
  if (from === -1) return '';
  const [head = '', ...rest] = raw.slice(from).split('\r\n\r\n');
  const body = rest.join('\r\n\r\n').split(/\r\n--[^\r\n]+/, 1)[0] ?? '';
  return /base64/i.test(head) ? Buffer.from(body, 'base64').toString('utf8') : Buffer.from(/quoted-printable/i.test(head) ? unquote(body) : body, 'latin1').toString('utf8');
}
