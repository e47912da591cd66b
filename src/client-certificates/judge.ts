import { oids } from '../../pki/asn1/oids.ts';
import type { Certificate } from '../../pki/certificate/parse.ts';
import { validatePath } from '../../pki/path/validate.ts';
import { listIssuers } from '../certificates/issuer.ts';
import type { Services } from '../services.ts';

/** Why a certificate is not accepted: `expired` where its time alone is wrong, `stranger` for everything else. */
export type PathFault = { kind: 'expired' | 'stranger'; why: string };

/**
 * Validates a certificate for signing in (RFC 5280 §6): a path to one of our own roots, now, good for client authentication.
 * Whether it was revoked our own register says, not a list.
 */
export async function findPathFault(services: Pick<Services, 'db' | 'now'>, target: Certificate): Promise<PathFault | undefined> {
  const issuers = await listIssuers(services);
  const isRoot = (one: (typeof issuers)[number]): boolean => one.signedByGenerationId === one.generationId;
  const { valid, reasons } = validatePath(
    {
      target, pool: issuers.filter((one) => !isRoot(one)).map(({ certificate }) => certificate),
      anchors: issuers.filter(isRoot).map(({ certificate }) => ({ certificate })), crls: [], ocspResponses: [],
    },
    { time: services.now(), extendedKeyUsage: oids.clientAuth, keyUsage: ['digitalSignature'], revocation: 'none', anchorValidity: true, targetMustBeIssued: true });
  if (valid) return undefined;
  const timeAlone = reasons.every(({ code, certificate }) => certificate === 0 && (code === 'expired' || code === 'not-yet-valid'));
  return { kind: timeAlone ? 'expired' : 'stranger', why: `path: ${reasons.map(({ code }) => code).join(', ')}` };
}
