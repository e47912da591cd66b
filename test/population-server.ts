import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assembleSigned, buildTbsCertificate } from '../pki/certificate/build.ts';
import { parseCertificate, type Certificate } from '../pki/certificate/parse.ts';
import { initialProfile } from '../pki/certificate/profiles.ts';
import { oids } from '../pki/asn1/oids.ts';
import { toPem } from '../pki/keys/pem.ts';
import { signerFrom, type Signer } from '../pki/keys/signer.ts';
import { buildName } from '../pki/name/build.ts';
import type { PopulationConfig } from '../src/config.ts';
import { atEnd } from './database.ts';

interface Party { privateKey: KeyObject; signer: Signer; certificate: Certificate }

let serial = 1n;

async function certify(use: 'root' | 'server' | 'client', name: string, issuer?: Party): Promise<Party> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = signerFrom(privateKey);
  const by = issuer?.signer ?? signer;
  const profile = use === 'root' ? initialProfile('root-ca')
    : { ...initialProfile('service-tls-client'), ...(use === 'server' ? { extKeyUsage: [oids.serverAuth] } : {}) };
  const tbs = buildTbsCertificate({
    profile, serialNumber: serial++, scheme: by.scheme, publicKey: signer.publicKey, days: 30, urls: {}, notBefore: new Date(Date.now() - 86_400_000),
    issuer: issuer
      ? {
          name: issuer.certificate.subject.der, scheme: by.scheme, keyIdentifier: issuer.certificate.subjectKeyIdentifier!,
          notBefore: issuer.certificate.notBefore, notAfter: issuer.certificate.notAfter,
        }
      : 'self',
    subject: buildName([['C', 'VN'], ['O', 'Cơ quan thử nghiệm'], ['CN', name]]),
    ...(use === 'server' ? { subjectAltName: { dns: [name] } } : {}),
  });
  return { privateKey, signer, certificate: parseCertificate(assembleSigned(tbs, by.scheme, await by.sign(tbs))) };
}

const pem = ({ certificate }: Party): string => toPem('CERTIFICATE', certificate.der);
const keyPem = ({ privateKey }: Party): string => String(privateKey.export({ format: 'pem', type: 'pkcs8' }));

export type Behaviour = (question: Record<string, string>, res: ServerResponse, req: IncomingMessage) => void;

export interface PopulationServer {
  config: PopulationConfig;
  /** What the service was asked, in order. */
  asked: Record<string, string>[];
  behave(next: Behaviour): void;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** The same settings with something else in one of them. */
  configWith(change: 'client-of-another-ca' | 'ca-of-another' | 'wrong-name' | 'no-key'): Promise<PopulationConfig>;
}

export const answerJson = (res: ServerResponse, body: unknown, status = 200, contentType = 'application/json'): void =>
  void res.writeHead(status, { 'content-type': contentType }).end(typeof body === 'string' ? body : JSON.stringify(body));

/** Answers as the real service does: by name and birth date of the few people it knows. */
export const honest = (people: Record<string, { name: string; birthDate: string }>): Behaviour => (question, res) => {
  const person = people[question['nationalId'] ?? ''];
  const result = !person ? 'not-found' : person.name === question['name'] && person.birthDate === question['birthDate'] ? 'match' : 'mismatch';
  answerJson(res, { requestId: question['requestId'], transactionId: `DC-${question['requestId']}`, result, record: { address: 'never taken in' } });
};

/** A stand-in for the national population database: HTTPS that demands a client certificate of its own CA. */
export async function startPopulationServer(): Promise<PopulationServer> {
  const folder = await mkdtemp(join(tmpdir(), 'antin-population-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const [root, foreign] = [await certify('root', 'CA của CSDL dân cư'), await certify('root', 'CA khác')];
  const [server, client, stranger] = [await certify('server', 'localhost', root), await certify('client', 'antin', root), await certify('client', 'antin', foreign)];
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const asked: Record<string, string>[] = [];
  let behaviour: Behaviour = honest({});
  const listener = (req: IncomingMessage, res: ServerResponse): void => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const question = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, string>;
      asked.push(question);
      behaviour(question, res, req);
    });
  };
  const make = () => createServer({ cert: pem(server), key: keyPem(server), ca: pem(root), requestCert: true, rejectUnauthorized: true }, listener);
  let running = make();
  let port = 0;
  const start = async (): Promise<void> => {
    running = make();
    await new Promise<void>((done) => running.listen(port, '127.0.0.1', done));
    port = (running.address() as AddressInfo).port;
  };
  const stop = async (): Promise<void> => new Promise<void>((done) => {
    running.close(() => done());
    running.closeAllConnections();
  });
  await start();
  atEnd(stop);
  const config: PopulationConfig = {
    url: `https://localhost:${port}/dancu/v1`, timeoutSeconds: 2, certificateFile: await file('client.pem', pem(client)),
    keyFile: await file('client-key.pem', keyPem(client)), caFile: await file('ca.pem', pem(root)),
  };
  return {
    config, asked, start, stop, behave: (next) => { behaviour = next; },
    async configWith(change) {
      switch (change) {
        case 'client-of-another-ca': return { ...config, certificateFile: await file('stranger.pem', pem(stranger)), keyFile: await file('stranger-key.pem', keyPem(stranger)) };
        case 'ca-of-another': return { ...config, caFile: await file('foreign.pem', pem(foreign)) };
        case 'wrong-name': return { ...config, url: config.url.replace('localhost', '127.0.0.1') };
        case 'no-key': return { ...config, keyFile: join(folder, 'none.pem') };
      }
    },
  };
}
