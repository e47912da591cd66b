import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { parseCertificate, type Certificate } from '../pki/certificate/parse.ts';
import { PkiError } from '../pki/error.ts';
import { parsePem } from '../pki/keys/pem.ts';
import { parsePkcs12 } from '../pki/keys/pkcs12.ts';
import { signerFrom } from '../pki/keys/signer.ts';
import { readPdfSignatures } from '../pki/pdf/signatures.ts';
import { signPdf } from '../pki/pdf/sign.ts';
import { requestTimestamp } from './request-timestamp.ts';

const usage = `npm run sign -- in.pdf out.pdf --key key.pem --cert chain.pem [options]
npm run sign -- in.pdf out.pdf --p12 key.p12 [options]

  --key FILE       private key, PEM
  --cert FILE      certificates, PEM, the signer's first
  --p12 FILE       PKCS#12 with both
  --tsa URL        adds a timestamp (PAdES-B-T)
  --reason TEXT    why it is signed
  --location TEXT  where
  --field NAME     an empty signature field to sign, or the name of a new one

A password is read from the variable SIGN_PASSWORD, else asked for.`;

/** What a person can mend; everything else is shown with its stack. */
class Complaint extends Error {}

interface Identity { privateKey: KeyObject; certificate: Certificate; chain: Uint8Array[] }

async function main(): Promise<void> {
  const { values, positionals: [source, target, ...more] } = readArguments();
  if (values.help) {
    console.log(usage);
    return;
  }
  if (source === undefined || target === undefined || more.length > 0) throw new Complaint(`Name the file to sign and the file to write.\n\n${usage}`);
  const pdf = await open(source);
  const { privateKey, certificate, chain } = await openIdentity(values);
  const { tsa, reason, location, field } = values;
  const signed = await signPdf(pdf, {
    signer: signerFrom(privateKey), certificate, chain, signingTime: new Date(),
    ...(reason !== undefined && { reason }), ...(location !== undefined && { location }), ...(field !== undefined && { field }),
    ...(tsa !== undefined && { timestamp: (imprint: Uint8Array) => requestTimestamp(tsa, imprint).catch((error: unknown) => complain(error)) }),
  });
  await writeFile(target, signed).catch(() => {
    throw new Complaint(`${target} cannot be written.`);
  });
  const made = readPdfSignatures(signed).at(-1)!;
  console.log(`${target}: signed in field ${made.field}${tsa === undefined ? '' : ', with a timestamp'}.`);
}

function readArguments() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: { key: text, cert: text, p12: text, tsa: text, reason: text, location: text, field: text, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new Complaint(`${(error as Error).message}\n\n${usage}`);
  }
}

async function open(path: string): Promise<Uint8Array> {
  return readFile(path).catch(() => {
    throw new Complaint(`${path} cannot be read.`);
  });
}

async function openIdentity({ key, cert, p12 }: { key?: string; cert?: string; p12?: string }): Promise<Identity> {
  if (p12 !== undefined && key === undefined && cert === undefined) {
    const { privateKey, certificates } = await parsePkcs12(await open(p12), await password(p12));
    return identityOf(privateKey, certificates);
  }
  if (p12 !== undefined || key === undefined || cert === undefined) throw new Complaint(`Give either --key and --cert, or --p12.\n\n${usage}`);
  const certificates = parsePem(Buffer.from(await open(cert)).toString('latin1')).filter(({ label }) => label === 'CERTIFICATE');
  return identityOf(await openKey(key), certificates.map(({ der }) => der));
}

async function openKey(path: string): Promise<KeyObject> {
  const pem = Buffer.from(await open(path));
  const locked = /ENCRYPTED/.test(pem.toString('latin1'));
  try {
    return createPrivateKey(locked ? { key: pem, passphrase: await password(path) } : pem);
  } catch {
    throw new Complaint(locked ? `${path} does not open with this password.` : `${path} holds no private key in PEM.`);
  }
}

/** The signer's certificate is the one of the key; the others go along. */
function identityOf(privateKey: KeyObject, ders: Uint8Array[]): Identity {
  const spki = Buffer.from(signerFrom(privateKey).publicKey.der);
  const certificates = ders.map(parseCertificate);
  const certificate = certificates.find(({ publicKey }) => spki.equals(publicKey.der));
  if (!certificate) throw new Complaint('None of the certificates belongs to the private key.');
  return { privateKey, certificate, chain: ders.filter((der) => der !== certificate.der) };
}

/** Never an argument: arguments are seen by everybody on the machine. */
async function password(file: string): Promise<string> {
  const given = process.env['SIGN_PASSWORD'];
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) throw new Complaint(`${file} needs a password: set SIGN_PASSWORD.`);
  process.stderr.write(`Password for ${file}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await prompt.question('');
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
}

const explanations: Readonly<Record<string, string>> = {
  'document-unreadable': 'This is no PDF file, or it is cut short.',
  'pdf-encrypted': 'The file is encrypted. Save it without a password first.',
  'signing-not-permitted': 'The certification signature of the file permits no further signatures.',
  'pkcs12-password-wrong': 'The PKCS#12 file does not open with this password.',
  'field-already-signed': 'The field is signed already.',
  'field-not-usable': 'There is no signature field of this name that could be signed.',
};

/** An error of ours in words for the person at the keyboard. */
function complain(error: unknown): never {
  if (error instanceof PkiError) throw new Complaint(explanations[error.code] ?? `It cannot be done: ${error.message}`);
  throw error instanceof Error ? new Complaint(error.message) : error;
}

try {
  await main().catch((error: unknown) => (error instanceof PkiError ? complain(error) : Promise.reject(error)));
} catch (error) {
  if (!(error instanceof Complaint)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
