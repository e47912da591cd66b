import { tolerate } from '../error.ts';
import { oids } from '../asn1/oids.ts';
import { serialHex } from '../certificate/parse.ts';
import { parseCommitmentTypes, parseContentKind, parseSignaturePolicy, parseSigningTime, singleValue } from '../cms/attributes.ts';
import { counterSignaturesOf, verifyCounterSignature } from '../cms/counter-signature.ts';
import { listEvidence } from '../cms/evidence.ts';
import { parseSignedData, parseSignerInfo, type SignedData, type SignerInfo } from '../cms/signed-data.ts';
import { selectSignerCertificate } from '../cms/signer-certificate.ts';
import { verifySigner } from '../cms/verify.ts';
import {
  contentOf, emptyCandidate, readingDocument, type CheckableSignature, type SignatureCandidate,
  type SignedContent, type SignedDocument, type SignedProperties,
} from './candidate.ts';
import { longTermTimestampsOf, nothingCovered, timestampsOf } from './cms-timestamps.ts';
import { noEvidence } from './evidence.ts';
import { fileSignedBy, idsOver, isSeveral, withGivenFiles, type GivenContent } from './given-content.ts';
import { message } from './messages.ts';

/**
 * The signatures of a bare CMS file, one a signer.
 * @param content what a detached CMS signs; of several files it says itself which
 * @throws PkiError `document-unreadable`
 */
export function readCmsDocument(der: Uint8Array, content: GivenContent | undefined): SignedDocument {
  const signedData = parseCms(der);
  if (!isSeveral(content)) return cmsDocument(signedData, content);
  const signed = fileSignedBy(content, signedData);
  const document = cmsDocument(signedData, signed?.bytes);
  return withGivenFiles(document, content, (file) => (file === signed ? idsOver(document.candidates) : []));
}

function cmsDocument(signedData: SignedData, content: Uint8Array | undefined): SignedDocument {
  // a token holds its TSTInfo, and stamps what lies beside it
  const inside = signedData.contentType === oids.tstInfo ? undefined : signedData.content;
  const given = inside ?? content;
  const twice = inside !== undefined && content !== undefined;
  const signed = given && contentOf([given]);
  const candidates = cmsCandidates({ first: 1, field: null }, signedData, signed)
    .map((candidate) => (twice ? { ...candidate, problems: [message('content-given-twice')] } : candidate));
  return { format: 'CMS', candidates, problems: [], evidence: noEvidence };
}

/**
 * All signatures of a SignedData in a container: one a signer, its counter-signatures behind it.
 * @param first the number of its first signature in the document
 */
export function cmsCandidates({ first, field }: { first: number; field: string | null }, signedData: SignedData, content: SignedContent | undefined): SignatureCandidate[] {
  return signedData.signerInfos.flatMap((signerInfo, index) => {
    const place = { id: `S-${first + index}`, field };
    if (signedData.contentType === oids.tstInfo) return [tokenCandidate(place, signedData, content)];
    return [cmsCandidate(place, { signedData, signerInfo, content }), ...counterCandidates(place, signerInfo, 1)];
  });
}

/** A SignedData, or the one code for files that cannot be read. @throws PkiError `document-unreadable` */
export function parseCms(der: Uint8Array): SignedData {
  return readingDocument(() => parseSignedData(der));
}

export interface Place { id: string; field: string | null }

/** One signer of a SignedData over content from wherever its container keeps it; undefined content is missing content. */
export interface CmsSignature { signedData: SignedData; signerInfo: SignerInfo; content: SignedContent | undefined }

/** A CMS or CAdES signature as a candidate. */
export function cmsCandidate(place: Place, { signedData, signerInfo, content }: CmsSignature): SignatureCandidate {
  const properties = propertiesOf(signerInfo, signedData.contentType);
  return {
    ...emptyCandidate({ ...place, type: 'signature', family: properties.signingCertificate === 'v2' ? 'CAdES' : 'CMS' }),
    properties, evidence: listEvidence(signedData, signerInfo),
    signature: checkable({ signedData, signerInfo, content }),
    timestamps: [...timestampsOf(place.id, signerInfo, content), ...longTermTimestampsOf(place.id, { signedData, signerInfo, content })],
  };
}

/** Deeper, nobody signs a signature on a signature. */
const maxCounterDepth = 3;

/** Those who signed the signature value, and those who signed theirs (RFC 5652 §11.4). One that does not parse is a signature that fails. */
function counterCandidates(signed: Place, signerInfo: SignerInfo, depth: number): SignatureCandidate[] {
  if (depth > maxCounterDepth) return [];
  return counterSignaturesOf(signerInfo).flatMap((der, index) => {
    const place = { id: `${signed.id}-C-${index + 1}`, field: signed.field };
    const empty = { ...emptyCandidate({ ...place, type: 'signature', family: 'CMS' }), counterSigns: signed.id };
    const counter = tolerate(() => parseSignerInfo(der));
    if (!counter) return [{ ...empty, problems: [message('format-broken', { detail: 'counter-signature', rule: 'RFC 5652 §11.4' })] }];
    const properties = propertiesOf(counter);
    const candidate: SignatureCandidate = {
      ...empty, family: properties.signingCertificate === 'v2' ? 'CAdES' : 'CMS', properties,
      evidence: listEvidence(noEvidence, counter),
      signature: { ...referenceOf(counter), check: (certificate) => verifyCounterSignature(counter, signerInfo, certificate).problems },
      timestamps: timestampsOf(place.id, counter, contentOf([signerInfo.signature])),
    };
    return [candidate, ...counterCandidates(place, counter, depth + 1)];
  });
}

/** A bare token with what it stamps beside it. */
export function tokenCandidate(place: Place, { der }: SignedData, content: SignedContent | undefined): SignatureCandidate {
  return {
    ...emptyCandidate({ ...place, type: 'document-timestamp', family: 'RFC3161' }),
    timestamp: { kind: 'document-timestamp', token: der, stamped: (digest) => content?.digest(digest), covers: () => nothingCovered },
    problems: content ? [] : [message('signed-content-missing')],
  };
}

/** How one signer of a SignedData is checked. */
export function checkable({ signedData, signerInfo, content }: CmsSignature): CheckableSignature {
  return {
    ...referenceOf(signerInfo),
    check: (certificate) => {
      if (!content) return [{ code: 'content-missing', rule: 'RFC 5652 §5.2' }];
      const given = signedData.content !== undefined ? 'attached' : signerInfo.signedAttributes ? content : content.parts;
      return verifySigner(signedData, signerInfo, given, certificate).problems;
    },
  };
}

function referenceOf(signerInfo: SignerInfo): Omit<CheckableSignature, 'check'> {
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
  };
}

/** The signed attributes that the algorithm asks for; those that do not parse are reported by `check`. */
export function propertiesOf({ signedAttributes = [] }: SignerInfo, contentType?: string): SignedProperties {
  const optional = <T>(oid: string, parse: (value: Uint8Array) => T): T | undefined => {
    const single = singleValue(signedAttributes, oid);
    return 'value' in single ? tolerate(() => parse(single.value)) : undefined;
  };
  const has = (oid: string): boolean => 'value' in singleValue(signedAttributes, oid);
  return {
    claimedTime: optional(oids.signingTime, parseSigningTime), contentType: tolerate(() => parseContentKind(signedAttributes)) ?? contentType,
    signingCertificate: has(oids.signingCertificateV2) ? 'v2' : has(oids.signingCertificate) ? 'v1' : 'absent',
    signaturePolicy: optional(oids.signaturePolicyIdentifier, parseSignaturePolicy),
    commitmentTypes: tolerate(() => parseCommitmentTypes(signedAttributes)) ?? [],
  };
}
