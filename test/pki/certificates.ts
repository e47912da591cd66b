import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assembleSigned, buildTbsCertificate } from '../../pki/certificate/build.ts';
import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { initialProfile } from '../../pki/certificate/profiles.ts';
import type { ProfileName } from '../../pki/certificate/profile.ts';
import { toPem } from '../../pki/keys/pem.ts';
import { signerFrom, type Signer, type SignerOptions } from '../../pki/keys/signer.ts';
import { buildName } from '../../pki/name/build.ts';

/** Someone with a key and a certificate, for tests. */
export interface Holder {
  privateKey: KeyObject;
  signer: Signer;
  certificate: Certificate;
}

export type KeyKind = 'rsa' | 'rsa-pss' | 'p256' | 'p384' | 'ed25519' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';

/** One instant that every test stands at; the certificates began the day before and last long. */
export const now = new Date('2026-06-01T08:00:00Z');
const notBefore = new Date('2026-05-31T00:00:00Z');

const made = new Map<KeyKind, KeyObject>();

/** A private key, one per kind and test file: making RSA keys is slow. */
function keyOf(kind: KeyKind): KeyObject {
  const known = made.get(kind);
  if (known) return known;
  const key = generate(kind);
  made.set(kind, key);
  return key;
}

function generate(kind: KeyKind): KeyObject {
  switch (kind) {
    case 'rsa':
    case 'rsa-pss': return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    case 'p256': return generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
    case 'p384': return generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey;
    case 'ed25519': return generateKeyPairSync('ed25519').privateKey;
    case 'ml-dsa-44': return generateKeyPairSync('ml-dsa-44').privateKey;
    case 'ml-dsa-65': return generateKeyPairSync('ml-dsa-65').privateKey;
    case 'ml-dsa-87': return generateKeyPairSync('ml-dsa-87').privateKey;
  }
}

let serial = 0x1000n;

export interface HolderOrder {
  profile: ProfileName;
  name: string;
  kind?: KeyKind;
  /** undefined: self-signed */
  issuer?: Holder;
  serialNumber?: bigint;
  privateKey?: KeyObject;
}

export async function makeHolder({ profile, name, kind = 'p256', issuer, serialNumber, privateKey = generateOnce(kind) }: HolderOrder): Promise<Holder> {
  const options: SignerOptions = kind === 'rsa-pss' ? { pss: true } : {};
  const signer = signerFrom(privateKey, options);
  const by = issuer?.signer ?? signer;
  const definition = initialProfile(profile);
  const tbs = buildTbsCertificate({
    profile: definition,
    serialNumber: serialNumber ?? serial++,
    issuer: issuer
      ? {
          name: issuer.certificate.subject.der, scheme: by.scheme, keyIdentifier: issuer.certificate.subjectKeyIdentifier!,
          notBefore: issuer.certificate.notBefore, notAfter: issuer.certificate.notAfter,
        }
      : 'self',
    scheme: by.scheme,
    subject: buildName([['C', 'VN'], ['O', 'Cơ quan thử nghiệm'], ['CN', name]]),
    publicKey: signer.publicKey,
    notBefore,
    days: definition.validityDays,
    urls: {},
  });
  return { privateKey, signer, certificate: parseCertificate(assembleSigned(tbs, by.scheme, await by.sign(tbs))) };
}

/** Fast keys are fresh each time, slow ones shared. */
const generateOnce = (kind: KeyKind): KeyObject => (kind.startsWith('rsa') ? keyOf(kind) : generate(kind));

export const certificatePem = ({ certificate }: Holder): string => toPem('CERTIFICATE', certificate.der);
export const keyPem = ({ privateKey }: Holder): string => String(privateKey.export({ format: 'pem', type: 'pkcs8' }));

/** A folder of its own for openssl's files, with the second opinion itself. */
export class Openssl {
  readonly folder = mkdtempSync(join(tmpdir(), 'antin-openssl-'));

  file(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  /** Standard output; throws with all it said when openssl fails. */
  run(...args: string[]): string {
    return this.binary(...args).toString('utf8');
  }

  binary(...args: string[]): Buffer {
    const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: this.folder, timeout: 30_000, maxBuffer: 64 * 1024 * 1024 });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stdout.toString('latin1')}${stderr.toString('latin1')}`);
    return stdout;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
