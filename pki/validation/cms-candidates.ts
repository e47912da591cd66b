import { PkiError } from '../error.ts';
import { createHash } from 'node:crypto';
import { oids } from '../asn1/oids.ts';
import { serialHex } from '../certificate/parse.ts';
import { parseCommitmentTypes, parseSignaturePolicy, parseSigningTime, singleValue, valuesOf } from '../cms/attributes.ts';
import { listEvidence } from '../cms/evidence.ts';
import { parseSignedData, type SignedData, type SignerInfo } from '../cms/signed-data.ts';
import { selectSignerCertificate } from '../cms/signer-certificate.ts';
import { verifySigner } from '../cms/verify.ts';
import type { Digest } from '../keys/algorithm.ts';
import {
  contentOf, emptyCandidate, type CandidateTimestamp, type CheckableSignature, type SignatureCandidate, type SignedContent, type SignedDocument,
  type SignedProperties,
} from './candidate.ts';
import { noEvidence, tolerate } from './evidence.ts';
import { message } from './messages.ts';
import type { TimestampEntry } from './report.ts';

/** Ten tokens on one signature are an archive's; a hundred only cost time. */
const maxTimestamps = 10;

/**
 * The signatures of a bare CMS file, one a signer.
 * @param content what a detached CMS signs
 * @throws PkiError `document-unreadable`
 */
export function readCmsDocument(der: Uint8Array, content: Uint8Array | undefined): SignedDocument {
  const signedData = parseCms(der);
  const given = signedData.content ?? content;
  const twice = signedData.content !== undefined && content !== undefined;
  const candidates = signedData.signerInfos.map((signerInfo, index) => {
    const place = { id: `S-${index + 1}`, field: null };
    const signed = given && contentOf([given]);
    const candidate = signedData.contentType === oids.tstInfo ? tokenCandidate(place, signedData, signed) : cmsCandidate(place, { signedData, signerInfo, content: signed });
    return twice ? { ...candidate, problems: [message('content-given-twice')] } : candidate;
  });
  return { format: 'CMS', candidates, problems: [], evidence: noEvidence };
}

function parseCms(der: Uint8Array): SignedData {
  try {
    return parseSignedData(der);
  } catch (error) {
    if (error instanceof PkiError) throw new PkiError('document-unreadable', { rule: error.rule, ...(error.offset === undefined ? {} : { offset: error.offset }) });
    throw error;
  }
}

interface Place { id: string; field: string | null }

/** One signer of a SignedData over content from wherever its container keeps it; undefined content is missing content. */
export interface CmsSignature { signedData: SignedData; signerInfo: SignerInfo; content: SignedContent | undefined }

/** A CMS or CAdES signature as a candidate. */
export function cmsCandidate(place: Place, { signedData, signerInfo, content }: CmsSignature): SignatureCandidate {
  const properties = propertiesOf(signedData, signerInfo);
  return {
    ...emptyCandidate({ ...place, type: 'signature', family: properties.signingCertificate === 'v2' ? 'CAdES' : 'CMS' }),
    properties, evidence: listEvidence(signedData, signerInfo),
    signature: checkable({ signedData, signerInfo, content }),
    timestamps: timestampsOf(place.id, signerInfo, content),
  };
}

/** A bare token with what it stamps beside it. */
function tokenCandidate(place: Place, { der }: SignedData, content: SignedContent | undefined): SignatureCandidate {
  return {
    ...emptyCandidate({ ...place, type: 'document-timestamp', family: 'RFC3161' }),
    timestamp: { kind: 'document-timestamp', token: der, stamped: (digest) => content?.digest(digest), covers: () => nothingCovered },
    problems: content ? [] : [message('signed-content-missing')],
  };
}

const nothingCovered = { signatures: [], evidence: noEvidence, tokens: [] };

/** How one signer of a SignedData is checked. */
export function checkable({ signedData, signerInfo, content }: CmsSignature): CheckableSignature {
  const { sid, digestAlgorithm, digestOid } = signerInfo;
  const issuer = 'issuer' in sid ? sid : undefined;
  return {
    signer: {
      select: (certificates) => selectSignerCertificate(signerInfo, certificates),
      wanted: {
        kind: 'signing-certificate', issuer: issuer?.issuer.der ?? null, serialNumber: issuer ? serialHex(issuer.serialNumber) : null,
        subjectKeyIdentifier: 'subjectKeyIdentifier' in sid ? sid.subjectKeyIdentifier : null,
      },
    },
    digests: [{ digest: digestAlgorithm, name: digestAlgorithm ?? digestOid }],
    check: (certificate) => {
      if (!content) return [{ code: 'content-missing', rule: 'RFC 5652 §5.2' }];
      const given = signedData.content !== undefined ? 'attached' : signerInfo.signedAttributes ? content : content.parts;
      return verifySigner(signedData, signerInfo, given, certificate).problems;
    },
  };
}

/** The signed attributes that the algorithm asks for; those that do not parse are reported by `check`. */
export function propertiesOf({ contentType }: SignedData, { signedAttributes = [] }: SignerInfo): SignedProperties {
  const optional = <T>(oid: string, parse: (value: Uint8Array) => T): T | undefined => {
    const single = singleValue(signedAttributes, oid);
    return 'value' in single ? tolerate(() => parse(single.value)) : undefined;
  };
  const has = (oid: string): boolean => 'value' in singleValue(signedAttributes, oid);
  return {
    claimedTime: optional(oids.signingTime, parseSigningTime), contentType,
    signingCertificate: has(oids.signingCertificateV2) ? 'v2' : has(oids.signingCertificate) ? 'v1' : 'absent',
    signaturePolicy: optional(oids.signaturePolicyIdentifier, parseSignaturePolicy),
    commitmentTypes: tolerate(() => parseCommitmentTypes(signedAttributes)) ?? [],
  };
}

/** The tokens in a signer's attributes: over the content (before signing), over the signature value (after). */
export function timestampsOf(id: string, { signedAttributes = [], unsignedAttributes, signature }: SignerInfo, content: SignedContent | undefined): CandidateTimestamp[] {
  const digestOf = (bytes: Uint8Array) => (digest: Digest): Uint8Array => createHash(digest).update(bytes).digest();
  const make = (kind: TimestampEntry['kind'], signatures: string[], stamped: CandidateTimestamp['stamped']) => (token: Uint8Array): CandidateTimestamp =>
    ({ kind, token, stamped, covers: () => ({ ...nothingCovered, signatures }) });
  return [
    ...valuesOf(signedAttributes, oids.contentTimestamp).slice(0, maxTimestamps).map(make('content-timestamp', [], (digest) => content?.digest(digest))),
    ...valuesOf(unsignedAttributes, oids.timeStampToken).slice(0, maxTimestamps).map(make('signature-timestamp', [id], digestOf(signature))),
  ];
}
