import { z } from 'zod';
import { writeEtsiReport } from '../../pki/validation/etsi-report.ts';
import { binary, endpoint, instant, type Binary } from '../http/endpoint.ts';
import { idempotencyKeyHeader, onceFor, type RepeatableCall } from '../idempotency/once.ts';
import { Problem } from '../problems.ts';
import { rates, takeRate } from '../rates/take.ts';
import { checkReceipt } from '../receipts/check.ts';
import type { Actor, Services } from '../services.ts';
import type { Answer } from './answer.ts';
import { digestByName, digestNames } from './digest-names.ts';
import { readEtsiReport, readReceipt, readVerification } from './receipt.ts';
import type { VerificationRow } from './store.ts';
import { verifyDocument } from './verify.ts';

const indication = z.enum(['TOTAL-PASSED', 'INDETERMINATE', 'TOTAL-FAILED']);
const subIndication = z.string().nullable();
const Conclusion = z.object({ indication, subIndication });
const words = z.object({ vi: z.string(), en: z.string() });
const text = z.string().nullable();

const Message = z.object({ code: z.string(), level: z.enum(['error', 'warning', 'info']), text: words, todo: words.nullable() });

const Signer = z.object({
  subject: z.string(), commonName: text, organization: text, organizationalUnits: z.array(z.string()), serialNumber: z.string(),
  issuer: z.string(), fingerprint: z.string(), kind: z.enum(['personal', 'organisation-seal', 'electronic-copy', 'timestamping', 'unknown']),
});

const Change = z.object({ revision: z.number(), kind: z.string(), allowed: z.boolean(), code: z.string(), detail: text });

const Block = z.object({
  name: z.string(), indication, subIndication, clause: z.string(), at: instant.nullable(),
  checks: z.array(z.object({ constraint: z.string(), met: z.boolean(), detail: text })),
});

const Signature = z.object({
  id: z.string(), field: text, type: z.enum(['signature', 'document-timestamp']), format: z.string(), indication, subIndication,
  messages: z.array(Message), signer: Signer.nullable(),
  signingTime: z.object({ claimed: instant.nullable(), proven: instant.nullable(), provenBy: text }),
  coverage: z.object({ wholeDocument: z.boolean(), revision: z.number(), revisions: z.number(), changesAfter: z.array(Change) }).nullable(),
  chain: z.array(z.object({ subject: z.string(), issuer: z.string(), serialNumber: z.string(), notBefore: instant, notAfter: instant, fingerprint: z.string(), trustAnchor: z.boolean() })),
  trustDomain: text,
  revocation: z.array(z.object({
    subject: z.string(), serialNumber: z.string(), status: z.enum(['good', 'revoked', 'on-hold', 'unknown']), source: z.enum(['crl', 'ocsp']).nullable(),
    revokedAt: instant.nullable(), reason: text, thisUpdate: instant.nullable(), nextUpdate: instant.nullable(),
  })),
  timestamps: z.array(z.object({
    kind: z.enum(['content-timestamp', 'signature-timestamp', 'validation-data-timestamp', 'archive-timestamp', 'document-timestamp']), indication, subIndication, time: instant.nullable(),
    authority: text, policy: text, serialNumber: text, fingerprint: z.string(), messages: z.array(Message), buildingBlocks: z.array(Block),
  })),
  buildingBlocks: z.array(Block), counterSigns: text,
  stated: z.object({ signaturePolicy: text, commitmentTypes: z.array(z.string()), contentType: text }),
  missing: z.array(z.object({ kind: z.string(), subject: text, tryAgainAt: instant.nullable() })),
});

const Missing = z.object({
  kind: z.enum(['issuer', 'signing-certificate', 'status']), subject: text, serialNumber: text,
  attempts: z.array(z.object({ address: z.string(), reason: z.string() })), tryAgainAt: instant.nullable(),
});

const Verification = z.object({
  id: z.uuid(), verifiedAt: instant, validationTime: instant, policy: z.string(),
  document: z.object({ name: z.string(), format: z.string(), size: z.number(), digest: z.object({ algorithm: z.literal('SHA-256'), value: z.string() }),
    content: z.object({ algorithm: z.string(), value: z.string() }).nullable() }),
  conclusion: Conclusion, outcome: z.object({ code: z.enum(['valid', 'invalid', 'insufficient']), text: words }), nature: z.object({ code: z.string(), text: words }),
  messages: z.array(Message), signatures: z.array(Signature), missing: z.array(Missing),
  files: z.array(z.object({ name: z.string(), sha256: z.string(), octets: z.number(), coveredBy: z.array(z.string()).readonly() })).readonly(),
  receipt: z.string().nullable(),
});

const ReceiptSignature = z.object({ id: z.string(), indication, subIndication, codes: z.array(z.string()), signer: text, proven: text });
const Receipt = z.object({
  id: z.uuid(), verifiedAt: instant, validationTime: instant, policy: z.string(),
  document: z.object({ format: z.string(), size: z.number(), digest: z.object({ algorithm: z.literal('SHA-256'), value: z.string() }),
    content: z.object({ algorithm: z.string(), value: z.string() }).nullable() }),
  conclusion: Conclusion, signatures: z.array(ReceiptSignature),
  evidence: z.array(z.object({ kind: z.enum(['certificate', 'crl', 'ocsp']), sha256: z.string() })), receipt: text,
});
const OwnReceipt = Receipt.extend({ signatures: z.array(ReceiptSignature.extend({ field: text })) });

const receiptShown = ({ documentDigest, documentSize, content, format, indication: concluded, subIndication: why, receipt, ...row }: VerificationRow) => ({
  ...row,
  document: { format, size: documentSize, digest: { algorithm: 'SHA-256' as const, value: Buffer.from(documentDigest).toString('hex') }, content },
  conclusion: { indication: concluded, subIndication: why },
  receipt: receipt && Buffer.from(receipt).toString('base64'),
});

const cms = 'application/pkcs7-mime';

function signedReceipt({ id, receipt }: VerificationRow): Binary {
  if (!receipt) throw new Problem('not-found', { id, reason: 'this answer was not signed' });
  return binary(receipt, cms, `receipt-${id}.p7m`);
}

/** ETSI TS 119 102-2 */
const xml = 'application/xml';
const byId = z.object({ id: z.uuid() });

const digestForm = /^([0-9a-fA-F]{2}){32,64}$/;
const digestWords = {
  form: { vi: 'phải là giá trị băm ở dạng thập lục phân', en: 'must be the digest in hex' },
  length: { vi: 'độ dài không đúng với thuật toán băm này', en: 'has not the length of this digest' },
};

const asked = {
  validationTime: z.iso.datetime({ offset: true }).transform((given) => new Date(given)).optional(),
  policy: z.enum(['public-service', 'strict', 'lenient-foreign', 'lenient']).optional(),
  issuingBody: z.string().max(500).optional(),
};
const refusals = ['document-unreadable', 'too-large', 'invalid-fields', 'too-many-requests', 'idempotency-key-reused', 'request-in-progress'] as const;

/** A call with the form its answer is wanted in: ours, or the report of ETSI TS 119 102-2. */
type Asked = RepeatableCall & { etsi: boolean };

/** With a key the answer leaves as bytes, for it must be the same the second time. */
async function once(services: Services, actor: Actor, { etsi, ...call }: Asked, run: () => Promise<Answer>): Promise<Answer | Binary> {
  const written = async (): Promise<{ bytes: Buffer; contentType: string }> => (etsi
    ? { bytes: Buffer.from(writeEtsiReport(await run())), contentType: xml }
    : { bytes: Buffer.from(JSON.stringify(await Verification.parseAsync(await run()))), contentType: 'application/json; charset=utf-8' });
  if (call.key === undefined && !etsi) return run();
  const { bytes, contentType } = await onceFor(services, actor, { ...call, request: [...call.request, String(etsi)] }, written);
  return binary(bytes, contentType);
}

const form = z.object({ report: z.enum(['json', 'etsi']).optional() });
const isEtsi = (query: z.output<typeof form>, accept: string): boolean => query.report === 'etsi' || (query.report === undefined && accept === xml);

/** The verification API: a signed document in, a verdict with its reasons out, a receipt for later. */
export const verificationRoutes = [
  endpoint({
    method: 'post', path: '/api/v1/verifications', summary: 'Verify a signed PDF, CMS, XML, ASiC container or JWS; a detached signature with its content, or with several files under the names it has for them', allow: 'verification:create',
    upload: { maxBytes: 33_554_432, files: ['file', 'content'], several: { field: 'content', most: 64 } }, headers: [idempotencyKeyHeader], query: form, accepts: [xml], body: z.object(asked),
    status: 200, reply: Verification, problems: [...refusals, 'took-too-long'],
    handle: async ({ services, actor, query, accept, body, files, several, header, setHeader }) => {
      await takeRate(services, { purpose: 'verification', caller: actor.id, rate: rates.registered, setHeader });
      const { name, bytes } = files['file']!;
      const content = several.length > 1 ? several : files['content']?.bytes;
      const call = { key: header('Idempotency-Key'), operation: 'verifications', request: [name, bytes, ...(several.length > 1 ? several.flatMap((each) => [each.name, each.bytes]) : [files['content']?.bytes]), JSON.stringify(body)], etsi: isEtsi(query, accept) };
      return once(services, actor, call, () => verifyDocument(services, actor, { name, file: bytes, content, ...body }));
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/verifications/digest', summary: 'Verify a detached CMS by the digest of its document, which stays where it is', allow: 'verification:create',
    headers: [idempotencyKeyHeader], query: form, accepts: [xml],
    body: z.strictObject({
      digest: z.strictObject({ algorithm: z.enum(digestNames), value: z.string().refine((value) => digestForm.test(value), { params: digestWords.form }) }),
      signature: z.base64().min(1).max(1_000_000), name: z.string().max(255).default('signature.p7s'), ...asked,
    }).refine(({ digest: { algorithm, value } }) => !digestForm.test(value) || value.length * 4 === Number(algorithm.slice(-3)), { path: ['digest', 'value'], params: digestWords.length }),
    status: 200, reply: Verification, problems: [...refusals, 'took-too-long'],
    handle: async ({ services, actor, query, accept, body, header, setHeader }) => {
      await takeRate(services, { purpose: 'verification', caller: actor.id, rate: rates.registered, setHeader });
      const { digest, signature, name, ...rest } = body;
      const content = { digest: digestByName(digest.algorithm), value: Buffer.from(digest.value, 'hex') };
      const call = { key: header('Idempotency-Key'), operation: 'verifications/digest', request: [JSON.stringify(body)], etsi: isEtsi(query, accept) };
      return once(services, actor, call, () => verifyDocument(services, actor, { name, file: Buffer.from(signature, 'base64'), content, ...rest }));
    },
  }),
  endpoint({
    method: 'get', path: '/api/v1/verifications/:id', summary: 'What was answered to your agency: digest, verdict, time; as JSON, the signed CMS, or the XML report of ETSI TS 119 102-2 without names', allow: 'verification:read',
    params: byId, query: form, status: 200, reply: OwnReceipt, accepts: [cms, xml], problems: ['not-found', 'not-acceptable'],
    handle: async ({ services, actor, query, params, accept }) => {
      if (isEtsi(query, accept)) return binary(Buffer.from(await readEtsiReport(services, actor, params.id)), xml);
      const row = await readVerification(services, actor, params.id);
      return accept === cms ? signedReceipt(row) : receiptShown(row);
    },
  }),
  endpoint({
    method: 'get', path: '/api/v1/verifications/:id/receipt', summary: 'The receipt of an answer, for whoever knows its id; as JSON or the signed CMS', allow: 'anyone',
    params: byId, status: 200, reply: Receipt, accepts: [cms], problems: ['not-found', 'too-many-requests'],
    handle: async ({ services, params, address, accept, setHeader }) => {
      await takeRate(services, { purpose: 'receipt', caller: address, rate: rates.anyone, setHeader });
      const row = await readReceipt(services, params.id);
      return accept === cms ? signedReceipt(row) : receiptShown(row);
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/verifications/receipt-checks', summary: 'Whether a receipt (CMS, DER in Base64) is one of ours', allow: 'anyone',
    body: z.strictObject({ receipt: z.base64().max(100_000) }), status: 200,
    reply: z.object({
      genuine: z.boolean(), fault: z.enum(['not-ours', 'signature-broken', 'not-in-our-records']).nullable(), statement: z.record(z.string(), z.unknown()).nullable(),
    }),
    problems: ['document-unreadable', 'too-many-requests'],
    handle: async ({ services, body, address, setHeader }) => {
      await takeRate(services, { purpose: 'receipt', caller: address, rate: rates.anyone, setHeader });
      return checkReceipt(services, Buffer.from(body.receipt, 'base64'));
    },
  }),
];
