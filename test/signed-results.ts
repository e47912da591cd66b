import { generateKeyPairSync } from 'node:crypto';
import { parseCertificate, type Certificate } from '../pki/certificate/parse.ts';
import { sha256Fingerprint } from '../pki/certificate/fingerprint.ts';
import { parsePublicKey } from '../pki/keys/public-key.ts';
import { toPem } from '../pki/keys/pem.ts';
import { signerFrom, type Signer } from '../pki/keys/signer.ts';
import { signPdf } from '../pki/pdf/sign.ts';
import { buildTimestampRequest } from '../pki/timestamp/request.ts';
import { parseTimestampResponse } from '../pki/timestamp/response.ts';
import { makeResultPdf } from '../scripts/make-result-pdf.ts';
import { stamp } from '../src/timestamp/stamp.ts';
import { ensureTimestampUnit } from '../src/timestamp/unit.ts';
import { trustForTest } from './trust.ts';
import { issueForTest, officialOrder, testActor, testAuthorities } from './authorities.ts';
import type { TestServices } from './database.ts';

export interface Official { certificate: Certificate; certificateId: string; signer: Signer }

/** A small country: a pinned root, an issuing CA, a timestamping unit, and officials who sign results. */
export class SignedResults {
  readonly services: TestServices;

  private constructor(services: TestServices) {
    this.services = services;
  }

  static async found(services: TestServices): Promise<SignedResults> {
    const { root } = await testAuthorities(services);
    await ensureTimestampUnit(services, testActor);
    const der = await services.db('certificates').where({ id: root.certificateId }).first('der') as { der: Uint8Array };
    await trustForTest(services, {
      certificate: toPem('CERTIFICATE', der.der), fingerprint: sha256Fingerprint(der.der), label: 'Our root', domain: 'Antin', scope: 'any',
    });
    return new SignedResults(services);
  }

  /** A new official with a certificate of the issuing CA. */
  async official(change: Parameters<typeof officialOrder>[0] = {}): Promise<Official> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const order = officialOrder({ publicKey: parsePublicKey(publicKey.export({ format: 'der', type: 'spki' })), ...change });
    const { der } = await issueForTest(this.services, order);
    return { certificate: parseCertificate(der), certificateId: order.certificateId, signer: signerFrom(privateKey) };
  }

  /** A result signed by an official now; with a token of our own unit where asked. The CMS holds the leaf alone. */
  async sign(official: Official, { timestamp = false, claimed = this.services.now(), pdf, reason }: { timestamp?: boolean; claimed?: Date; pdf?: Uint8Array; reason?: string } = {}): Promise<Uint8Array> {
    return signPdf(pdf ?? await makeResultPdf({ date: new Date('2026-11-02T02:00:00Z') }), {
      signer: official.signer, certificate: official.certificate, chain: [], signingTime: claimed, ...(reason ? { reason } : {}),
      ...(timestamp ? { timestamp: (imprint) => this.token(imprint) } : {}),
    });
  }

  async token(imprint: Uint8Array): Promise<Uint8Array> {
    const request = buildTimestampRequest({ imprint: { digest: 'sha256', value: imprint }, certReq: true });
    const response = parseTimestampResponse(await stamp(this.services, { isCertain: () => Promise.resolve(true) }, request));
    if (!('token' in response) || !response.token) throw new Error('no token');
    return response.token;
  }
}
