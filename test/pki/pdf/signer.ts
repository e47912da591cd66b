import { createPrivateKey, X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCertificate, type Certificate } from '../../../pki/certificate/parse.ts';
import { parseSignedData } from '../../../pki/cms/signed-data.ts';
import { verifySigner } from '../../../pki/cms/verify.ts';
import { signerFrom, type Signer } from '../../../pki/keys/signer.ts';
import type { PdfSignature } from '../../../pki/pdf/signatures.ts';

export interface TestSigner { signer: Signer; certificate: Certificate; keyPath: string; certificatePath: string; folder: string }

/** A P-256 key with a certificate of its own, made by openssl, in a folder of its own. */
export function makeSigner(): TestSigner {
  const folder = mkdtempSync(join(tmpdir(), 'pdf-'));
  const [keyPath, certificatePath] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyPath, '-out', certificatePath,
    '-subj', '/C=VN/O=Test/CN=Signer', '-days', '30', '-addext', 'keyUsage=critical,digitalSignature,nonRepudiation'], { stdio: 'ignore' });
  return {
    signer: signerFrom(createPrivateKey(readFileSync(keyPath))), folder, keyPath, certificatePath,
    certificate: parseCertificate(new X509Certificate(readFileSync(certificatePath)).raw),
  };
}

/** Whether digest and signature are right, by the checks of pki/cms. */
export function isIntact({ contents, signedBytes }: PdfSignature, certificate: Certificate): boolean {
  const signedData = parseSignedData(contents);
  return verifySigner(signedData, signedData.signerInfos[0]!, signedBytes, certificate).intact;
}
