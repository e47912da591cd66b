import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { oids } from '../../pki/asn1/oids.ts';
import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { PkiError } from '../../pki/error.ts';
import { toPem } from '../../pki/keys/pem.ts';
import { validatePath } from '../../pki/path/validate.ts';
import { dnsNames, makeEntity } from '../../scripts/make-chain.ts';
import { mutate, mutateAndSign, seededRandom } from '../../scripts/mutate-chain.ts';

/** MUTATIONS=100000 for the long run; SEED repeats one. */
const variants = Number(process.env['MUTATIONS'] ?? 3_000);
// One seed for every ordinary run, so that a red run is red again; the long run takes others.
const seed = Number(process.env['SEED'] ?? 1_760_977_645);
const opinions = Math.min(60, variants);
const run = promisify(execFile);

const time = new Date('2030-01-02T00:00:00Z');
const root = makeEntity({ subject: 'root', ca: true });
const issuing = makeEntity({ subject: 'issuing', issuer: root, ca: true, pathLength: 0 });
const leaf = makeEntity({ subject: 'leaf', issuer: issuing, extKeyUsage: [oids.serverAuth], extensions: [dnsNames('a.example', 'b.example')] });

function parsed(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function accepts(target: Uint8Array, issuer: Uint8Array): boolean {
  const [certificate, above] = [parsed(target), parsed(issuer)];
  if (!certificate || !above) return false;
  return validatePath(
    { target: certificate, pool: [above], anchors: [{ certificate: root.certificate }], crls: [], ocspResponses: [] },
    { time, revocation: 'none', extendedKeyUsage: oids.serverAuth },
  ).valid;
}

/** openssl takes a key identifier that differs for another issuer; to RFC 5280 §4.2.1.1 it is a hint for building. */
function isExplained(der: Uint8Array): boolean {
  const { authorityKeyIdentifier } = parseCertificate(der);
  const { keyIdentifier, serialNumber } = authorityKeyIdentifier ?? {};
  return serialNumber !== undefined
    || (keyIdentifier !== undefined && Buffer.compare(keyIdentifier, issuing.certificate.subjectKeyIdentifier!) !== 0);
}

test(`no change to a signed certificate is accepted (seed ${seed})`, () => {
  const random = seededRandom(seed);
  const accepted: string[] = [];
  for (let i = 0; i < variants; i++) {
    const which = random() < 0.5 ? leaf : issuing;
    const { der, mutation } = mutate(which.certificate.der, random);
    if (Buffer.compare(der, which.certificate.der) === 0) continue;
    if (which === leaf ? accepts(der, issuing.certificate.der) : accepts(leaf.certificate.der, der)) accepted.push(`${mutation} ${Buffer.from(der).toString('hex')}`);
  }
  expect(accepted).toEqual([]);
}, 600_000);

test(`what is accepted after a change and a new signature, openssl accepts as well (seed ${seed})`, async () => {
  const random = seededRandom(seed ^ 0x5a5a5a5a);
  const sample: Uint8Array[] = [];
  let accepted = 0;
  for (let i = 0; i < variants; i++) {
    const { der } = mutateAndSign(leaf.certificate.tbs, issuing.key, random);
    if (!accepts(der, issuing.certificate.der) || isExplained(der)) continue;
    accepted++;
    if (sample.length < opinions) sample.push(der);
    else if (random() < opinions / accepted) sample[Math.floor(random() * opinions)] = der;
  }
  const folder = mkdtempSync(join(tmpdir(), 'mutation-'));
  const refused: string[] = [];
  try {
    writeFileSync(join(folder, 'root.pem'), toPem('CERTIFICATE', root.certificate.der));
    writeFileSync(join(folder, 'issuing.pem'), toPem('CERTIFICATE', issuing.certificate.der));
    for (const der of sample) {
      writeFileSync(join(folder, 'leaf.pem'), toPem('CERTIFICATE', der));
      const words = await run('openssl', ['verify', '-attime', String(time.getTime() / 1000), '-CAfile', 'root.pem', '-untrusted', 'issuing.pem', 'leaf.pem'], { cwd: folder })
        .then(() => '', (error: { stderr: string }) => error.stderr);
      if (words !== '') refused.push(`${words}\n${Buffer.from(der).toString('hex')}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(sample.length).toBeGreaterThan(0);
  expect(refused).toEqual([]);
}, 600_000);
