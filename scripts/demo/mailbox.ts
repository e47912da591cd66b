import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Mail { to: string; subject: string; text: string }

/** A real SMTP server on the loopback that keeps what it is given, so that the demo's mails go somewhere. */
export interface Mailbox {
  url: string;
  mails: readonly Mail[];
  /** The first mail to this address that has not been taken yet. @throws Error if none comes in time */
  next(to: string): Promise<Mail>;
  close(): void;
}

const patienceMs = 15_000;
const maxMailBytes = 1_000_000;

/** @param keep gets every mail as it came, under a name with its number @param kept how many an earlier start has kept */
export async function openMailbox(keep: (name: string, mail: Buffer) => Promise<unknown>, kept: number): Promise<Mailbox> {
  const mails: Mail[] = [];
  const taken = new Set<Mail>();
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], size: maxMailBytes, logger: false,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', done).on('end', () => {
        const raw = Buffer.concat(chunks);
        mails.push(mailOf(raw, session.envelope.rcptTo[0]?.address ?? ''));
        keep(`mail-${kept + mails.length}.eml`, raw).then(() => done(), done);
      });
    },
  });
  await new Promise<void>((ready, failed) => server.once('error', failed).listen(0, '127.0.0.1', ready));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    next: async (to) => {
      for (let waited = 0; waited < patienceMs; waited += 50) {
        const mail = mails.find((one) => one.to === to && !taken.has(one));
        if (mail) {
          taken.add(mail);
          return mail;
        }
        await new Promise((done) => setTimeout(done, 50));
      }
      throw new Error(`no mail came to ${to}`);
    },
    close: () => server.close(),
  };
}

/** The subject and the plain text of a mail, decoded as far as a terminal needs it. */
function mailOf(raw: Buffer, to: string): Mail {
  const [head = ''] = raw.toString('latin1').split('\r\n\r\n', 1);
  const subject = /^Subject: ((?:.*)(?:\r\n[ \t].*)*)/im.exec(head)?.[1] ?? '';
  return { to, subject: decodeWords(subject), text: raw.toString('utf8') };
}

/** RFC 2047 encoded words. */
function decodeWords(text: string): string {
  return text.replaceAll(/\r\n[ \t]/g, ' ').replaceAll(/\?=\s+=\?/g, '?==?').replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
    kind.toLowerCase() === 'b' ? Buffer.from(word, 'base64').toString('utf8')
      : Buffer.from(word.replaceAll('_', ' ').replaceAll(/=([0-9A-F]{2})/gi, (_hex, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1').toString('utf8'));
}
