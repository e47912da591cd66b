import type { Knex } from 'knex';
import { policyAt } from '../policies/find.ts';
import { hexOf } from '../../pki/asn1/values.ts';
import type { Certificate } from '../../pki/certificate/parse.ts';
import { PkiError } from '../../pki/error.ts';
import { keyIdentifier } from '../../pki/keys/public-key.ts';
import { buildCertId } from '../../pki/ocsp/cert-id.ts';
import { assembleOcspResponse, buildTbsResponseData, ocspError, type CertStatus } from '../../pki/ocsp/build-response.ts';
import { lintOcspResponse } from '../../pki/ocsp/lint.ts';
import { buildOcspRequest, parseOcspRequest, type OcspRequest } from '../../pki/ocsp/request.ts';
import type { Issuer } from '../certificates/issuer.ts';
import type { Services } from '../services.ts';
import { findIssuerByCertId, findIssuerOf } from './issuer-hashes.ts';
import { responderOf } from './responder.ts';
import { findStatus } from './store.ts';

/** A signed answer and what decides how long it may be kept. */
export interface Answer {
  der: Uint8Array;
  /** of several certificates, the worst */
  status: CertStatus['status'] | 'error';
  /** undefined: not to be kept, because of a nonce, several certificates, an unknown one or an error */
  keep?: { certificate: string; thisUpdate: Date; nextUpdate: Date };
}

/** What one certificate is called in notices and in the cache. */
export const certificateKey = (generationId: string, serialHex: string): string => `${generationId} ${serialHex}`;

const errorAnswer = (error: Parameters<typeof ocspError>[0]): Answer => ({ der: ocspError(error), status: 'error' });

/** Answers a request of RFC 6960 from the database; errors in the protocol's own form. Never throws for what a stranger sends. */
export async function answerOcsp(services: Services, requestDer: Uint8Array): Promise<Answer> {
  const request = readRequest(requestDer);
  if (!request) return errorAnswer('malformedRequest');
  try {
    const { certIds } = request;
    const issuer = await findIssuerByCertId(services, certIds[0]!);
    // one signature can speak for one CA alone
    for (const certId of certIds) if (!issuer || (await findIssuerByCertId(services, certId)) !== issuer) return errorAnswer('unauthorized');
    return await answerFor(services, issuer!, request);
  } catch (error) {
    services.log.error({ err: error }, 'no OCSP answer');
    return errorAnswer('tryLater');
  }
}

function readRequest(der: Uint8Array): OcspRequest | undefined {
  try {
    return parseOcspRequest(der);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

/** A fresh answer for a certificate of ours as evidence, past every cache; undefined where we cannot speak for it. */
export async function ocspEvidenceFor(services: Services, certificate: Certificate): Promise<Uint8Array | undefined> {
  const issuer = await findIssuerOf(services, certificate);
  if (!issuer) return undefined;
  const serialNumber = magnitudeOf(certificate.serialNumber);
  const certId = buildCertId({ issuer: issuer.certificate, serialNumber, digest: 'sha256' });
  const { der, keep } = await answerFor(services, issuer, parseOcspRequest(buildOcspRequest({ certIds: [certId] })));
  return keep && der;
}

async function answerFor(services: Services, issuer: Issuer, request: OcspRequest): Promise<Answer> {
  const { certIds, nonce } = request;
  const { generationId } = issuer;
  const responder = await responderOf(services, generationId);
  if (!responder) return errorAnswer('tryLater');
  const { certificate, keyId } = responder;
  const producedAt = new Date(Math.floor(services.now().getTime() / 1000) * 1000);
  const seconds = await validitySeconds(services);
  const nextUpdate = new Date(Math.min(producedAt.getTime() + seconds * 1000, certificate.notAfter.getTime()));
  const statuses = await Promise.all(certIds.map(({ serialNumber }) => statusOf(services, generationId, serialNumber)));

  const { scheme } = await services.keystore.signerOf(keyId);
  const tbs = buildTbsResponseData({
    responderKeyHash: keyIdentifier(certificate.publicKey), producedAt,
    responses: certIds.map(({ der: certId }, i) => ({
      certId, ...statuses[i]!, thisUpdate: producedAt, nextUpdate,
      // rows are never deleted: what we say of a certificate holds long after its end (RFC 6960 §4.4.4)
      archiveCutoff: issuer.certificate.notBefore,
    })),
    ...(nonce ? { nonce } : {}),
  });
  const token = lintOcspResponse(tbs, { scheme, responder: certificate, request });
  const der = assembleOcspResponse(tbs, scheme, await services.keystore.signLinted(keyId, token), [certificate.der]);
  const [only] = certIds;
  const status = (['revoked', 'unknown'] as const).find((bad) => statuses.some((one) => one.status.status === bad)) ?? 'good';
  if (nonce || certIds.length !== 1 || status === 'unknown') return { der, status };
  return { der, status, keep: { certificate: certificateKey(generationId, hexOf(magnitudeOf(only!.serialNumber))), thisUpdate: producedAt, nextUpdate } };
}

/** A changed policy takes hold this much later; a question without a kept answer then needs one read alone. */
const readPolicyAgainMs = 10_000;
const validities = new WeakMap<Knex, { seconds: number; readAtMs: number }>();

async function validitySeconds({ db, now }: Services): Promise<number> {
  const at = performance.now();
  const kept = validities.get(db);
  if (kept && at - kept.readAtMs < readPolicyAgainMs) return kept.seconds;
  const seconds = await policyAt(db, 'ocsp.validity_seconds', now());
  validities.set(db, { seconds, readAtMs: at });
  return seconds;
}

/** What is not issued is unknown: prepared is not yet in the world, void never will be. */
async function statusOf({ db }: Services, generationId: string, serial: bigint): Promise<{ status: CertStatus; invalidityDate?: Date }> {
  const row = serial > 0n ? await findStatus(db, generationId, magnitudeOf(serial)) : undefined;
  if (row?.state === 'issued') return { status: { status: 'good' } };
  if (row?.state !== 'revoked' || !row.revokedAt) return { status: { status: 'unknown' } };
  const { revokedAt, reason, invalidityDate } = row;
  return { status: { status: 'revoked', revokedAt, reason: reason ?? undefined }, ...(invalidityDate ? { invalidityDate } : {}) };
}

function magnitudeOf(serial: bigint): Buffer {
  const hex = serial.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}
