import { z } from 'zod';
import { toPem } from '../../../pki/keys/pem.ts';
import { refused } from '../frame/form.ts';
import type { Mistakes, PageCall } from '../frame/page.ts';

// An ML-DSA-87 request has some 9,300 octets.
const maxCsrBytes = 20_000;

/** The form of `where.njk`: a PKCS#10 that the page's script made, or a file from a device. */
export const KeyPlace = z.object({ where: z.enum(['browser', 'file'], 'renew.whereWrong'), csr: z.string().max(maxCsrBytes).optional() });
export const csrUpload = { maxBytes: maxCsrBytes, files: ['file'] } as const;

/** Refusals of a PKCS#10, at the field it came from. */
export const csrMistakes: Mistakes = {
  'csr-malformed': { field: 'file', word: 'renew.csrUnreadable' }, 'csr-signature-invalid': { field: 'file' }, 'key-too-weak': { field: 'file' }, 'too-large': { field: 'file', word: 'renew.csrUnreadable' },
  'key-compromised': { field: 'file' }, 'key-used-by-another': { field: 'file' }, 'algorithm-not-allowed': { field: 'file' }, 'subject-mismatch': { field: 'file' },
};

/** PKCS#10 as PEM, whichever of the two forms the device wrote. @throws Problem `invalid-fields` where there is none */
export function csrOf({ files, body }: Pick<PageCall<unknown, unknown, z.output<typeof KeyPlace>>, 'files' | 'body'>): string {
  const made = body.csr?.trim();
  if (body.where === 'browser') {
    if (!made) throw refused('where', 'renew.needsScript');
    return made;
  }
  const uploaded = files['file']?.bytes;
  if (!uploaded) throw refused('file', 'renew.csrMissing');
  return uploaded[0] === 0x30 ? toPem('CERTIFICATE REQUEST', uploaded) : Buffer.from(uploaded).toString('latin1');
}
