import { createHash } from 'node:crypto';
import { CompactSign, FlattenedSign, GeneralSign, type JWSHeaderParameters } from 'jose';
import type { KeyKind } from '../certificates.ts';
import { makeHolder, type Holder } from '../certificates.ts';

export const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
export const digestOf = (algorithm: string, bytes: Uint8Array | string): string => createHash(algorithm).update(bytes).digest('base64url');

export const algorithmOf: Readonly<Partial<Record<KeyKind, string>>> = { rsa: 'RS256', 'rsa-pss': 'PS256', p256: 'ES256', p384: 'ES384', ed25519: 'EdDSA' };

/** The header of a JAdES baseline signature. */
export function jadesHeader({ certificate }: Pick<Holder, 'certificate'>, alg: string, more: Record<string, unknown> = {}): JWSHeaderParameters {
  return {
    alg, x5c: [Buffer.from(certificate.der).toString('base64')], 'x5t#S256': digestOf('sha256', certificate.der),
    sigT: '2026-06-01T08:00:00Z', crit: ['sigT'], ...more,
  } as JWSHeaderParameters;
}

/** What `crit` may name for the peer: it asks to be told, we know. */
const crit = { crit: { sigT: true, 'x5t#o': true, sigX5ts: true, sigD: true, sigPId: true, srCms: true, adoTst: true } };

export const compact = (holder: Holder, header: JWSHeaderParameters, payload: Uint8Array): Promise<string> =>
  new CompactSign(payload).setProtectedHeader(header as never).sign(holder.privateKey, crit);

export const flattened = (holder: Holder, header: JWSHeaderParameters, payload: Uint8Array, unprotected?: Record<string, unknown>): Promise<Record<string, unknown>> => {
  const order = new FlattenedSign(payload).setProtectedHeader(header);
  if (unprotected) order.setUnprotectedHeader(unprotected as JWSHeaderParameters);
  return order.sign(holder.privateKey, crit) as unknown as Promise<Record<string, unknown>>;
};

export async function general(payload: Uint8Array, signers: { holder: Holder; header: JWSHeaderParameters }[]): Promise<Record<string, unknown>> {
  const order = new GeneralSign(payload);
  for (const { holder, header } of signers) order.addSignature(holder.privateKey, crit).setProtectedHeader(header);
  return await order.sign() as unknown as Record<string, unknown>;
}

/** Any header and payload text at all, signed with ES256 by hand: for what no honest library writes. */
export async function forged(holder: Pick<Holder, 'signer'>, headerText: string, payload: string | undefined, signedPayload = payload ?? ''): Promise<string> {
  const protectedText = encode(headerText);
  const der = Buffer.from(await holder.signer.sign(Buffer.from(`${protectedText}.${signedPayload}`)));
  const rLength = der[3]!;
  const pad = (bytes: Buffer): Buffer => Buffer.concat([Buffer.alloc(32), bytes]).subarray(-32);
  const signature = Buffer.concat([pad(der.subarray(4, 4 + rLength)), pad(der.subarray(6 + rLength))]);
  return `${protectedText}.${payload ?? ''}.${signature.toString('base64url')}`;
}

export const signerNamed = (name: string, kind: KeyKind, issuer?: Holder): Promise<Holder> =>
  makeHolder({ profile: issuer ? 'official-signing' : 'root-ca', name, kind, ...(issuer ? { issuer } : {}) });
