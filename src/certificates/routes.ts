import { z } from 'zod';
import { binary, endpoint, instant, pageOf, pageQuery, type Binary } from '../http/endpoint.ts';
import type { Services } from '../services.ts';
import { certificateFile, type CertificateFormat } from './file.ts';
import { getCertificate, searchCertificates } from './find.ts';
import { groundNames, requireReasonOf, type GroundName } from './grounds.ts';
import { finalReasons, revokeCertificate } from './revoke.ts';

const states = ['prepared', 'issued', 'revoked', 'on_hold', 'void'] as const;
const serialHex = z.string().toLowerCase().regex(/^(?:[0-9a-f]{2}){1,20}$/);

const Certificate = z.object({
  id: z.uuid(), serialNumber: z.string(), state: z.enum(states), profile: z.string(), subject: z.string(),
  issuer: z.string().meta({ description: 'the generation of the authority that issued it' }),
  notBefore: instant, notAfter: instant, agencyId: z.uuid().nullable(), officialId: z.uuid().nullable(), requestId: z.uuid().nullable(),
  replacesId: z.uuid().nullable(), issuedAt: instant.nullable(),
  revocation: z.object({ reason: z.string(), revokedAt: instant, invalidityDate: instant.nullable() }).nullable(),
});
const Revocation = z.object({
  certificateId: z.uuid(), serialNumber: z.string(), reason: z.enum(finalReasons), revokedAt: instant, invalidityDate: instant.nullable(), comment: z.string().nullable(),
});
const params = z.object({ id: z.uuid() });
/** The media types of RFC 2585, RFC 8555 and RFC 8551. */
const formatOf = {
  'application/pkix-cert': 'der', 'application/pem-certificate-chain': 'pem', 'application/pkcs7-mime': 'p7c',
} as const satisfies Record<string, CertificateFormat>;
const formats = Object.keys(formatOf) as (keyof typeof formatOf)[];

/** The certificate in a form other than JSON, or undefined where JSON is asked for. */
async function inFormat(services: Services, accept: string, certificate: { generationId: string; serialNumber: string; der: Uint8Array | null }): Promise<Binary | undefined> {
  const format = formats.find((one) => one === accept);
  if (!format) return undefined;
  const { bytes, contentType, name } = await certificateFile(services, certificate, formatOf[format]);
  return binary(bytes, contentType, name);
}

/** The certificates API as data: Express, OpenAPI and the permission test all read this list. */
export const certificateRoutes = [
  endpoint({
    method: 'get',
    path: '/api/v1/certificates',
    summary: 'Search certificates by subject, serial number or state',
    allow: 'certificate:read',
    query: pageQuery.extend({
      q: z.string().max(200).optional(), serialNumber: serialHex.optional(), state: z.enum(states).optional(), profile: z.string().max(50).optional(),
      officialId: z.uuid().optional(), agencyId: z.uuid().optional(), requestId: z.uuid().optional(),
    }),
    status: 200,
    reply: pageOf(Certificate),
    problems: ['malformed-request'],
    handle: async ({ services, actor, query: { after, limit, serialNumber, ...filter } }) =>
      searchCertificates(services, actor, { ...filter, ...(serialNumber ? { serialNumber: Buffer.from(serialNumber, 'hex') } : {}) }, { after, limit }),
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/certificates/:id',
    summary: 'One certificate, as JSON or in the format the Accept header names',
    allow: 'certificate:read',
    params,
    accepts: formats,
    status: 200,
    reply: Certificate,
    problems: ['certificate-not-found', 'outside-your-agency', 'not-acceptable'],
    handle: async ({ services, actor, params: { id }, accept }) => {
      const certificate = await getCertificate(services, actor, id);
      return (await inFormat(services, accept, certificate)) ?? certificate;
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/v1/certificates/:id/revocation',
    summary: 'Revoke a certificate for good',
    allow: 'certificate:revoke',
    params,
    body: z.strictObject({
      reason: z.enum(finalReasons), invalidityDate: z.iso.datetime({ offset: true }).transform((text) => new Date(text)).optional(),
      comment: z.string().max(1_000).optional(), ground: z.enum(groundNames as [GroundName, ...GroundName[]]).optional(),
    }),
    status: 201,
    reply: Revocation,
    problems: ['certificate-not-found', 'certificate-already-revoked', 'outside-your-agency', 'not-permitted', 'state-changed', 'invalid-fields'],
    handle: async ({ services, actor, params: { id }, body: { reason, invalidityDate, comment, ground } }) => {
      if (ground) requireReasonOf(ground, reason);
      return revokeCertificate(services, actor, {
        certificateId: id, reason, ...(invalidityDate ? { invalidityDate } : {}), ...(comment ? { comment } : {}), ...(ground ? { ground } : {}),
      });
    },
  }),
];
