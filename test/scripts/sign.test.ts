import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPdfSignatures } from '../../pki/pdf/signatures.ts';
import { makeResultPdf } from '../../scripts/make-result-pdf.ts';
import { isIntact, makeSigner } from '../pki/pdf/signer.ts';

const own = makeSigner();
afterAll(() => rmSync(own.folder, { recursive: true }));
const at = (name: string): string => join(own.folder, name);

function sign(parameters: string[], password?: string): { code: number | null; said: string } {
  const env = { ...process.env, NODE_OPTIONS: '', ...(password === undefined ? {} : { SIGN_PASSWORD: password }) };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/sign.ts', ...parameters], { encoding: 'utf8', env });
  return { code: status, said: stdout + stderr };
}

beforeAll(async () => {
  writeFileSync(at('in.pdf'), await makeResultPdf());
  const made = spawnSync('openssl', ['pkcs12', '-export', '-inkey', own.keyPath, '-in', own.certificatePath, '-out', at('key.p12'), '-passout', 'pass:bí mật']);
  expect(made.status).toBe(0);
});

test.each([
  ['a PEM key', () => ['--key', own.keyPath, '--cert', own.certificatePath, '--reason', 'Ký ban hành'], undefined],
  ['a PKCS#12 file', () => ['--p12', at('key.p12')], 'bí mật'],
])('signs with %s', (_with, parameters, password) => {
  const { code, said } = sign([at('in.pdf'), at('out.pdf'), ...parameters()], password);
  expect(said).toContain('signed in field Signature1');
  expect(code).toBe(0);
  const [signature] = readPdfSignatures(readFileSync(at('out.pdf')));
  expect(signature).toMatchObject({ problems: [], coverage: { wholeDocument: true } });
  expect(isIntact(signature!, own.certificate)).toBe(true);
});

test.each([
  ['no arguments', () => [], 'Name the file to sign'],
  ['an option that is none', () => ['a', 'b', '--no'], "Unknown option '--no'"],
  ['no key', () => ['a.pdf', 'b.pdf', '--cert', own.certificatePath], 'cannot be read'],
  ['half an identity', () => [at('in.pdf'), at('x.pdf'), '--cert', own.certificatePath], 'Give either --key and --cert, or --p12.'],
  ['a file that is no PDF', () => [own.keyPath, at('x.pdf'), '--key', own.keyPath, '--cert', own.certificatePath], 'This is no PDF file, or it is cut short.'],
  ['a wrong password', () => [at('in.pdf'), at('x.pdf'), '--p12', at('key.p12')], 'does not open with this password'],
  ['an authority that is not there', () => [at('in.pdf'), at('x.pdf'), '--key', own.keyPath, '--cert', own.certificatePath, '--tsa', 'http://127.0.0.1:9/'], 'cannot be reached'],
])('says what is wrong: %s', (_what, parameters, expected) => {
  const { code, said } = sign(parameters(), 'wrong');
  expect(said).toContain(expected);
  expect(said).not.toContain('    at ');
  expect(code).toBe(1);
});
