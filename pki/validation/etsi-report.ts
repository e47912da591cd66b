import { element as el, namespaces, writeXml, type XmlNode } from './etsi-xml.ts';
import type { BuildingBlock, ChainEntry, Conclusion, RevocationEntry, SignatureReport, TimestampEntry, ValidationReport } from './report.ts';

type ReportedTimestamp = Omit<TimestampEntry, 'messages'>;
type ReportedSignature = Omit<SignatureReport, 'messages' | 'timestamps'> & { timestamps: readonly ReportedTimestamp[] };

/** What of a report goes into the XML: all but the words for people. */
export type ReportedDocument = Pick<ValidationReport, 'validationTime' | 'policy' | 'conclusion'> & { signatures: readonly ReportedSignature[] };

/**
 * The validation report of ETSI TS 119 102-2 in XML, not signed: one SignatureValidationReport a signature with every
 * constraint that was evaluated, the certificates and timestamps as validation objects by their SHA-256. The schema knows no
 * report without a signature: a document that has none is told by one that is INDETERMINATE, NO_SIGNATURE_FOUND.
 * @param names false: signers are told by the digest of their certificate alone
 */
export function writeEtsiReport(report: ReportedDocument, { names = true }: { names?: boolean } = {}): string {
  const signatures = report.signatures.filter(({ type }) => type === 'signature');
  const reports = signatures.length > 0 ? signatures.map((signature) => signatureReport(signature, report, names))
    : [el('SignatureValidationReport', {}, identifierOf('S-0'), el('SignatureValidationStatus', {}, ...statusOf({ indication: 'INDETERMINATE', subIndication: 'NO_SIGNATURE_FOUND' })))];
  const objects = validationObjects(report.signatures);
  return writeXml(el('ValidationReport', namespaces, ...reports, ...(objects.length > 0 ? [el('SignatureValidationObjects', {}, ...objects)] : [])));
}

const urn = (kind: string, value: string): string => `urn:etsi:019102:${kind}:${value}`;
const time = (name: string, at: Date): XmlNode => el(name, {}, at.toISOString());
const reference = (name: string, ...ids: string[]): XmlNode => el(name, { VOReference: ids.join(' ') });
const certificateId = ({ fingerprint }: Pick<ChainEntry, 'fingerprint'>): string => `C-${fingerprint}`;
const timestampId = ({ fingerprint }: ReportedTimestamp): string => `T-${fingerprint}`;

const identifierOf = (id: string): XmlNode => el('SignatureIdentifier', { id }, el('HashOnly', {}, 'false'), el('DocHashOnly', {}, 'false'));

function signatureReport(signature: ReportedSignature, { validationTime, policy }: ReportedDocument, names: boolean): XmlNode {
  const { signer, chain } = signature;
  const proofs = signature.timestamps.filter(({ indication, time: stamped }) => indication === 'TOTAL-PASSED' && stamped?.getTime() === signature.signingTime.proven?.getTime());
  return el('SignatureValidationReport', {},
    identifierOf(signature.id),
    el('ValidationConstraintsEvaluationReport', {}, policyOf(policy), ...signature.buildingBlocks.flatMap(constraintsOf)),
    el('ValidationTimeInfo', {}, time('ValidationTime', validationTime), el('BestSignatureTime', {},
      time('POETime', signature.signingTime.proven ?? validationTime),
      el('TypeOfProof', {}, urn('poetype', signature.signingTime.provenBy === 'receipt' ? 'provided' : 'validation')),
      ...proofs.slice(0, 1).map((proof) => reference('POEObject', timestampId(proof))))),
    attributesOf(signature),
    ...(signer && chain[0] ? [el('SignerInformation', { Pseudonym: 'false' }, reference('SignerCertificate', certificateId(chain[0])), ...(names ? [el('Signer', {}, signer.subject)] : []))] : []),
    el('SignatureValidationProcess', {}, el('SignatureValidationProcessID', {}, urn('validationprocess', processOf(signature)))),
    el('SignatureValidationStatus', {}, ...statusOf(signature), ...associatedData(signature)),
  );
}

/** No formal policy document is referred to: the policy is one of ours, by its name. */
const policyOf = (policy: string): XmlNode => el('SignatureValidationPolicy', {},
  el('SignaturePolicyIdentifier', {}, el('xades:SignaturePolicyImplied', {})), el('PolicyName', {}, policy));

function constraintsOf({ name, checks, ...conclusion }: BuildingBlock): XmlNode[] {
  const constraint = (id: string, verdict: XmlNode[]): XmlNode => el('ValidationConstraint', {},
    el('ValidationConstraintIdentifier', {}, `urn:antin:validation:${id}`),
    el('ConstraintStatus', {}, el('Status', {}, urn('constraintStatus', 'applied'))),
    el('ValidationStatus', {}, ...verdict));
  return [
    constraint(name, partStatusOf(conclusion)),
    ...checks.map(({ constraint: id, met }) => constraint(`${name}:${id}`, [el('MainIndication', {}, urn('mainindication', met ? 'passed' : 'failed'))])),
  ];
}

const ofParts = { 'TOTAL-PASSED': 'passed', 'TOTAL-FAILED': 'failed', INDETERMINATE: 'indeterminate' } as const;
const ofWholes = { 'TOTAL-PASSED': 'total-passed', 'TOTAL-FAILED': 'total-failed', INDETERMINATE: 'indeterminate' } as const;

/** TS 119 102-2 §4.3.4.2: signatures are totally passed, constraints and other objects merely passed. */
const statusOf = (conclusion: Conclusion): XmlNode[] => indications(conclusion, ofWholes);
const partStatusOf = (conclusion: Conclusion): XmlNode[] => indications(conclusion, ofParts);

function indications({ indication, subIndication }: Conclusion, words: Readonly<Record<Conclusion['indication'], string>>): XmlNode[] {
  return [el('MainIndication', {}, urn('mainindication', words[indication])), ...(subIndication ? [el('SubIndication', {}, urn('subindication', subIndication))] : [])];
}

const timestampElements: Readonly<Record<TimestampEntry['kind'], string>> = {
  'content-timestamp': 'AllDataObjectsTimeStamp', 'signature-timestamp': 'SignatureTimeStamp', 'validation-data-timestamp': 'SigAndRefsTimeStamp',
  'archive-timestamp': 'ArchiveTimeStamp', 'document-timestamp': 'DocTimeStamp',
};

function attributesOf({ signingTime, stated, timestamps }: ReportedSignature): XmlNode {
  const stamps = (...kinds: TimestampEntry['kind'][]): XmlNode[] => timestamps.filter(({ kind, time: stamped }) => kinds.includes(kind) && stamped).map((each) =>
    el(timestampElements[each.kind], { Signed: String(each.kind === 'content-timestamp') }, reference('AttributeObject', timestampId(each)), time('TimeStampValue', each.time!)));
  return el('SignatureAttributes', {},
    ...(signingTime.claimed ? [el('SigningTime', { Signed: 'true' }, time('Time', signingTime.claimed))] : []),
    ...stated.commitmentTypes.map((type) => el('CommitmentTypeIndication', { Signed: 'true' }, el('CommitmentTypeIdentifier', {}, uriOf(type)))),
    ...stamps('content-timestamp'),
    ...(stated.signaturePolicy ? [el('SigPolicyIdentifier', { Signed: 'true' }, el('SigPolicyId', {}, uriOf(stated.signaturePolicy)))] : []),
    ...stamps('signature-timestamp', 'validation-data-timestamp', 'archive-timestamp', 'document-timestamp'));
}

const uriOf = (identifier: string): string => (/^\d+(\.\d+)+$/.test(identifier) ? `urn:oid:${identifier}` : identifier);

function processOf({ buildingBlocks, signingTime, timestamps }: ReportedSignature): 'Basic' | 'LTVM' | 'LTA' {
  if (buildingBlocks.some(({ name }) => name === 'long-term-validation')) return 'LTA';
  return signingTime.proven || timestamps.length > 0 ? 'LTVM' : 'Basic';
}

/** The chain, and the revocations in it. */
function associatedData({ chain, revocation }: ReportedSignature): XmlNode[] {
  const [signing, ...others] = chain;
  if (!signing) return [];
  const anchor = others.find(({ trustAnchor }) => trustAnchor);
  const data = el('AssociatedValidationReportData', {},
    ...(anchor ? [reference('TrustAnchor', certificateId(anchor))] : []),
    el('CertificateChain', {}, reference('SigningCertificate', certificateId(signing)),
      ...others.filter((each) => each !== anchor).map((each) => reference('IntermediateCertificate', certificateId(each))),
      ...(anchor ? [reference('TrustAnchor', certificateId(anchor))] : [])),
    ...revocation.slice(0, 1).flatMap((entry) => revocationOf(entry, signing)));
  return [data];
}

function revocationOf({ revokedAt, reason }: RevocationEntry, signing: ChainEntry): XmlNode[] {
  return revokedAt ? [el('RevocationStatusInformation', {}, reference('ValidationObjectId', certificateId(signing)), time('RevocationTime', revokedAt),
    ...(reason ? [el('RevocationReason', {}, urn('revocationReason', reason))] : []))] : [];
}

/** Certificates and timestamps, each once; a document timestamp stands here and not among the signatures. */
function validationObjects(signatures: readonly ReportedSignature[]): XmlNode[] {
  const certificates = new Map(signatures.flatMap(({ chain }) => chain).map((entry) => [certificateId(entry), entry]));
  const timestamps = new Map(signatures.flatMap((signature) => signature.timestamps).map((entry) => [timestampId(entry), entry]));
  return [
    ...[...certificates].map(([id, { fingerprint }]) => el('ValidationObject', { id }, el('ObjectType', {}, urn('validationObject', 'certificate')), digestOf(fingerprint))),
    ...[...timestamps].map(([id, entry]) => el('ValidationObject', { id }, el('ObjectType', {}, urn('validationObject', 'timestamp')), digestOf(entry.fingerprint),
      ...(entry.time ? [el('POEProvisioning', {}, time('POETime', entry.time))] : []),
      el('ValidationReport', {}, el('SignatureValidationStatus', {}, ...partStatusOf(entry))))),
  ];
}

const digestOf = (fingerprint: string): XmlNode => el('ValidationObjectRepresentation', {}, el('DigestAlgAndValue', {},
  el('ds:DigestMethod', { Algorithm: 'http://www.w3.org/2001/04/xmlenc#sha256' }), el('ds:DigestValue', {}, Buffer.from(fingerprint, 'hex').toString('base64'))));

