import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signerFrom } from '../../pki/keys/signer.ts';
import { PathCache } from '../../pki/path/validate.ts';
import { signPdf } from '../../pki/pdf/sign.ts';
import { publicServicePolicy } from '../../pki/validation/policy.ts';
import { validateDocument, type DocumentInput } from '../../pki/validation/validate.ts';
import { makeCrl, makeEntity } from '../make-chain.ts';
import { makeResultPdf } from '../make-result-pdf.ts';

/**
 * Signed PDFs judged per second on one core (RSA-2048 signer, P-256 CAs, leaf in the CMS, chain and two CRLs as evidence), as a
 * ratio to what no verifier can save: hashing the bytes and one raw RSA verification.
 * Warm: the CAs and the signer were seen before, and only good signatures of these very bytes are remembered, as in the service.
 */
const seconds = Number(process.argv[2] ?? 2);
/** Calls before the clock runs: the compiler needs some hundreds. */
const warmUp = 400;
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const root = makeEntity({ subject: 'root', ca: true });
const issuing = makeEntity({ subject: 'issuing', issuer: root, ca: true });
const signer = makeEntity({ subject: 'signer', issuer: issuing, key: rsa() });
const time = new Date('2030-01-02T00:00:00Z');
const crls = [makeCrl(root), makeCrl(issuing)].map(({ der }) => der);
const cache = new PathCache(1_000, true);
const anchors = [{ certificate: root.certificate, domain: 'bench', scope: 'any', trustedFrom: new Date(0), trustedUntil: undefined }] as const;

/** A result of about this many octets: the real one, with an attachment's worth of bytes in an object. */
async function signedPdf(octets: number): Promise<Uint8Array> {
  const result = Buffer.from(await makeResultPdf({ date: time }));
  const filler = Buffer.alloc(Math.max(0, octets - result.length - 40_000), 'antin ');
  // bytes that no object owns, before the table: readers skip them, the signature covers them
  const start = Number(/startxref\s+(\d+)/.exec(result.toString('latin1'))![1]);
  const padded = Buffer.concat([result.subarray(0, start), Buffer.from('%'), filler, Buffer.from('\n'), result.subarray(start)]).toString('latin1')
    .replace(/startxref\s+\d+/, `startxref\n${start + filler.length + 2}`);
  return signPdf(Buffer.from(padded, 'latin1'), { signer: signerFrom(signer.key), certificate: signer.certificate, chain: [], signingTime: time });
}

/** Calls per second of processor time, so that other work on the machine does not count. */
function rate(run: () => void): number {
  for (let i = 0; i < warmUp; i++) run();
  const started = process.cpuUsage();
  const used = (): number => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  };
  let count = 0;
  for (; used() < seconds; count++) run();
  return count / used();
}

const folder = mkdtempSync(join(tmpdir(), 'antin-bench-'));
const files: string[] = [];
for (const [name, octets] of [['200 KB', 200_000], ['10 MB', 10_000_000]] as const) {
  const file = await signedPdf(octets);
  writeFileSync(files[files.push(join(folder, `${octets}.pdf`)) - 1]!, file);
  const input: DocumentInput = {
    file, validationTime: time, policy: publicServicePolicy, anchors, cache, evidence: { certificates: [issuing.certificate.der], crls, ocspResponses: [] },
  };
  const { conclusion, signatures } = validateDocument(input).report;
  if (conclusion.indication !== 'TOTAL-PASSED') throw new Error(`the document of the benchmark does not pass: ${JSON.stringify(signatures[0]?.messages)}`);

  const signed = Buffer.alloc(120, 'signed attributes');
  const [signature, publicKey] = [sign('sha256', signed, signer.key), createPublicKey(signer.key)];
  const hashing = rate(() => void createHash('sha256').update(file).digest());
  const raw = rate(() => {
    createHash('sha256').update(file).digest();
    if (!verify('sha256', signed, publicKey, signature)) throw new Error('the raw verification failed');
  });
  const judged = rate(() => void validateDocument(input));
  console.log(`${name} (${file.length} octets): hash ${hashing.toFixed(0)}/s, hash and one verification ${raw.toFixed(0)}/s, judged ${judged.toFixed(0)}/s`);
  console.log(`  ratio to hash and one verification ${(judged / raw).toFixed(2)}, to hashing alone ${(judged / hashing).toFixed(2)}`);
}

const grown = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'verification-memory.ts'), ...files], { encoding: 'utf8' });
console.log(`memory: 10 MB read and judged take ${grown.trim()} times the file`);
rmSync(folder, { recursive: true });
