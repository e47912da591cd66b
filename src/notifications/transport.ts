import MailComposer from 'nodemailer/lib/mail-composer';
import SmtpConnection from 'nodemailer/lib/smtp-connection';
import { Readable } from 'node:stream';
import type { Config } from '../config.ts';

export interface OutgoingMail { id: string; to: string; language: string; subject: string; text: string; html: string }

/**
 * What became of an attempt. RFC 5321 §4.2.1: 4yz may pass, 5yz stays. `connection`: the server did not get as far as this
 * mail. `unknown`: the connection broke after the text had begun to go out, so it may have been taken.
 */
export class MailFailure extends Error {
  readonly kind: 'refused' | 'later' | 'connection' | 'unknown';
  constructor(kind: MailFailure['kind'], error: unknown) {
    super((error instanceof Error ? error.message : String(error)).replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ').slice(0, 500));
    this.kind = kind;
  }
}

/** One conversation with the mail server. Every failure is a MailFailure. */
export interface MailTransport {
  /** Connects, makes TLS and signs in, unless that stands already. */
  open(): Promise<void>;
  send(mail: OutgoingMail): Promise<void>;
  close(): void;
}

const seconds = (count: number): number => count * 1000;
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** SMTP by the settings. It needs to know how far a mail got, which nodemailer's own transports do not tell: so the connection itself. */
export function createMailTransport({ smtpUrl, from, domain }: NonNullable<Config['mail']>): MailTransport {
  let connection: SmtpConnection | undefined;
  const close = (): void => {
    connection?.quit();
    connection = undefined;
  };
  return {
    close,
    async open() {
      if (connection && !connection.destroyed) return;
      connection = await connect(new URL(smtpUrl)).catch((error: unknown) => { throw new MailFailure('connection', error); });
    },
    async send({ id, to, language, subject, text, html }) {
      // the same Message-ID for every attempt: whoever receives it twice can see that it is one
      const message = await new MailComposer({
        from, to, subject, text, html, messageId: `<${id}@${domain}>`, disableFileAccess: true, disableUrlAccess: true,
        headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
      }).compile().build();
      await this.open();
      let begun = false;
      // read only once the server has answered DATA with 354
      const body = Readable.from((function* () { begun = true; yield message; })(), { objectMode: false });
      try {
        await handOver(connection!, { from: addressOf(from), to: [to] }, body);
      } catch (error) {
        connection?.close();
        connection = undefined;
        throw new MailFailure(kindOf(error, begun), error);
      }
    },
  };
}

/**
 * TLS is demanded of every server but one on this machine. `?requireTLS=false` says that the network between is trusted, then
 * it is used where offered; `?requireTLS=true` demands it here too.
 */
async function connect(url: URL): Promise<SmtpConnection> {
  const secure = url.protocol === 'smtps:';
  const local = loopback.test(url.hostname);
  const asked = url.searchParams.get('requireTLS');
  const requireTls = asked === 'true' || (asked !== 'false' && !local);
  const connection = new SmtpConnection({
    host: url.hostname.replaceAll(/[[\]]/g, ''), port: Number(url.port) || (secure ? 465 : 587), secure,
    requireTLS: requireTls, ignoreTLS: local && !requireTls,
    connectionTimeout: seconds(15), greetingTimeout: seconds(15), socketTimeout: seconds(60), dnsTimeout: seconds(15),
  });
  try {
    await settled(connection, (done) => connection.connect(done));
    if (url.username !== '') {
      const auth = { credentials: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } };
      await settled(connection, (done) => connection.login(auth, done));
    }
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

const handOver = async (connection: SmtpConnection, envelope: SmtpConnection.Envelope, body: Readable): Promise<void> =>
  settled(connection, (done) => connection.send(envelope, body, (error) => done(error)));

/** The end of one step: its own callback, or the connection failing or ending under it. */
async function settled(connection: SmtpConnection, step: (done: (error?: Error | null) => void) => void): Promise<void> {
  let failed: (error: Error) => void = () => undefined;
  const ended = (): void => failed(new Error('the connection was closed'));
  try {
    await new Promise<void>((done, fail) => {
      failed = fail;
      connection.once('error', fail).once('end', ended);
      step((error) => (error ? fail(error) : done()));
    });
  } finally {
    // between steps a connection that breaks is seen by the next one; an `error` nobody hears would end the process
    connection.off('error', failed).off('end', ended).off('error', ignore).on('error', ignore);
  }
}

const ignore = (): void => undefined;
const addressOf = (from: string): string => /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from;

function kindOf(error: unknown, begun: boolean): MailFailure['kind'] {
  const code = error instanceof Error && 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : undefined;
  if (code === undefined) return begun ? 'unknown' : 'connection';
  // the server is going away; it has not taken this one
  if (code === 421) return 'connection';
  return code >= 500 ? 'refused' : 'later';
}
