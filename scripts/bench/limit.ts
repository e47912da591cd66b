import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { parseCsr } from '../../pki/csr/parse.ts';

/** What one thread of node:crypto does alone in a second: check the signature of one request, make one of a certificate's size (P-256). */
export function verifyPlusSign(csrPem: string, milliseconds = 1_000): number {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const csr = parseCsr(Buffer.from(csrPem));
  const key = { key: Buffer.from(csr.publicKey.der), format: 'der', type: 'spki' } as const;
  const tbs = Buffer.alloc(600, 1);
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < milliseconds; count++) {
    if (!verify('sha256', csr.info, key, csr.signature)) throw new Error('the sample does not verify');
    sign('sha256', tbs, privateKey);
  }
  return count / ((performance.now() - start) / 1000);
}
