import { buildCertificatesOnly } from '../../pki/cms/certificates-only.ts';
import { toPem } from '../../pki/keys/pem.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { chainOf } from './issuer.ts';

export const certificateFormats = ['der', 'pem', 'p7c'] as const;
/** The certificate alone (DER); with those above it in PEM; with its whole chain in PKCS#7. */
export type CertificateFormat = (typeof certificateFormats)[number];

export interface CertificateFile { bytes: Uint8Array; contentType: string; name: string }

/** A certificate as a file to be saved. @throws Problem `certificate-not-found` while it waits for its signature */
export async function certificateFile(
  services: Pick<Services, 'db'>, { der, generationId, serialNumber }: { generationId: string; serialNumber: string; der: Uint8Array | null }, format: CertificateFormat,
): Promise<CertificateFile> {
  if (!der) throw new Problem('certificate-not-found', { reason: 'not issued yet' });
  if (format === 'der') return { bytes: der, contentType: 'application/pkix-cert', name: `${serialNumber}.cer` };
  const chain = (await chainOf(services, generationId)).map((ca) => ca.der);
  if (format === 'p7c') return { bytes: buildCertificatesOnly([der, ...chain]), contentType: 'application/pkcs7-mime; smime-type=certs-only', name: `${serialNumber}.p7c` };
  // RFC 8555 §9.1: each certifies the one before it; the root is left out, whoever trusts it has it
  const pem = [der, ...chain.slice(0, -1)].map((one) => toPem('CERTIFICATE', one)).join('');
  return { bytes: Buffer.from(pem, 'latin1'), contentType: 'application/pem-certificate-chain', name: `${serialNumber}.pem` };
}
