import { serialHex } from '../certificate/parse.ts';
import type { Surroundings } from '../xml/dereference.ts';
import { checkSignature, namesCertificate, readSignedXml, selectSigner, type SignatureFound, type SignatureRead } from '../xml/signed-document.ts';
import { pathOf, type XmlElement } from '../xml/tree.ts';
import { digestsOf, type XmlProblem, type XmlProblemCode } from '../xml/verify.ts';
import { evidenceIn, type XadesProperties } from '../xml/xades.ts';
import type { XadesTimestamp, XadesTimestampKind } from '../xml/xades-timestamps.ts';
import {
  emptyCandidate, maxTimestamps, readingDocument, type CandidateTimestamp,
  type CheckableSignature, type SignatureCandidate, type SignatureProblem, type SignedDocument,
} from './candidate.ts';
import { joinEvidence, noEvidence } from './evidence.ts';
import { fileNamed, idsOver, isSeveral, withGivenFiles, type GivenContent, type GivenFile } from './given-content.ts';
import { message } from './messages.ts';
import type { Message, TimestampEntry } from './report.ts';

/** The first kilobyte of an XML file, in UTF-8 or UTF-16, with or without its mark. */
export function looksLikeXml(start: Buffer): boolean {
  const text = start[0] === 0xff || start[0] === 0xfe ? start.toString('latin1', 2).replaceAll('\0', '') : start.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  return /^[ \t\r\n]*<[?!A-Za-z_\x80-\xff]/.test(text);
}

/**
 * The signatures of an XML file: XAdES or plain, enveloped, enveloping or beside their content.
 * @param content what a detached one signs: one file stands for one name alone, several are told apart by theirs
 * @throws PkiError `document-unreadable`
 */
export function readXmlDocument(file: Uint8Array, content: GivenContent | undefined): SignedDocument {
  return readingDocument(() => {
    if (isSeveral(content)) return readOverFiles(file, content);
    const asked = new Set<string>();
    const found = xmlCandidates(file, (name) => {
      asked.add(name ?? '');
      return content;
    });
    // of several files one was handed in, and nothing says which
    const candidates = content && asked.size > 1 ? xmlCandidates(file, () => undefined) : found;
    const twice = content !== undefined && asked.size === 0;
    return { format: 'XML', candidates: twice ? candidates.map((each) => ({ ...each, problems: [message('content-given-twice')] })) : candidates, problems: [], evidence: noEvidence };
  });
}

function readOverFiles(file: Uint8Array, given: readonly GivenFile[]): SignedDocument {
  const found = xmlCandidatesOverFiles(file, (name) => fileNamed(given, name)?.bytes, 1);
  const candidates = found.map(({ candidate }) => candidate);
  const document: SignedDocument = { format: 'XML', candidates, problems: [], evidence: noEvidence };
  return withGivenFiles(document, given, (each) => idsOver(found.filter(({ files }) => files.some((name) => fileNamed(given, name) === each)).map(({ candidate }) => candidate)));
}

/**
 * The candidates of an XML file of a container or alone, with what they sign beside it.
 * @param resolve content by the name a reference gives it, percent-decoded
 * @throws PkiError those of `readSignedXml`
 */
export function xmlCandidates(file: Uint8Array, resolve: Surroundings['resolve']): SignatureCandidate[] {
  return xmlCandidatesOverFiles(file, resolve, 1).map(({ candidate }) => candidate);
}

/**
 * The same, each with the names of the files that its SignedInfo has the right digest of.
 * @param first the number of the first signature in the document
 */
export function xmlCandidatesOverFiles(file: Uint8Array, resolve: Surroundings['resolve'], first: number): { candidate: SignatureCandidate; files: string[] }[] {
  const { signatures } = readSignedXml(file, resolve);
  const ids = namesOf(signatures, first);
  return signatures.map((found) => ({ candidate: candidateOf(found, ids), files: filesOf(found) }));
}

function filesOf({ read }: SignatureFound): string[] {
  return (read?.references ?? []).flatMap(({ target, inManifest, problem }) => (target?.kind === 'file' && target.name !== undefined && !inManifest && !problem ? [target.name] : []));
}

/** `S-1`, `S-2`, and `S-1-C-1` for the first counter-signature of the first. */
function namesOf(signatures: readonly SignatureFound[], first: number): ReadonlyMap<XmlElement, string> {
  const names = new Map<XmlElement, string>();
  const counts = new Map([['S', first - 1]]);
  for (const { element, counterSigns } of signatures) {
    const outer = counterSigns && names.get(counterSigns);
    const prefix = outer === undefined ? 'S' : `${outer}-C`;
    const number = (counts.get(prefix) ?? 0) + 1;
    counts.set(prefix, number);
    names.set(element, `${prefix}-${number}`);
  }
  return names;
}

function candidateOf({ element, id, counterSigns, problem, read }: SignatureFound, names: ReadonlyMap<XmlElement, string>): SignatureCandidate {
  const name = names.get(element)!;
  const empty: SignatureCandidate = {
    ...emptyCandidate({ id: name, type: 'signature', family: read?.properties ? 'XAdES' : 'XMLDSig', field: (id ?? pathOf(element)).slice(0, 200) }),
    counterSigns: counterSigns && names.get(counterSigns),
  };
  if (!read) return { ...empty, problems: [message('format-broken', { detail: problem?.code ?? '', rule: problem?.rule ?? '' })] };
  const { coverage, properties, signature } = read;
  return {
    ...empty, problems: problemsOf(read), remarks: remarksOf(read), signature: checkable(read),
    properties: {
      claimedTime: read.claimedTime, signingCertificate: bindingOf(read), signaturePolicy: properties?.policy?.kind === 'explicit' ? properties.policy.id.slice(0, 200) : undefined,
      commitmentTypes: properties?.commitmentTypes ?? [], contentType: properties?.mimeType,
    },
    evidence: joinEvidence([{ ...noEvidence, certificates: signature.certificates }, evidenceIn(properties?.unsigned ?? [])]),
    timestamps: timestampsOf(name, read),
    coverage: counterSigns ? null : { wholeDocument: coverage.wholeDocument, revision: 1, revisions: 1 },
    changesAfter: coverage.doubled.map((path) => ({ revision: 1, kind: 'forbidden', allowed: false, code: 'signed-part-doubled', detail: path, warning: true })),
    mustNameCertificate: properties !== undefined,
  };
}

/** What makes a reference mean nothing, or two things, is a broken format; the rest is found when the signature is checked. */
function problemsOf({ references }: SignatureRead): Message[] {
  return references.flatMap(({ problem }) => (problem ? formatProblem(problem) : [])).slice(0, 20);
}

function formatProblem({ code, rule }: XmlProblem): Message[] {
  switch (code) {
    case 'reference-ambiguous': return [message('document-structure-ambiguous', { detail: code, rule })];
    case 'reference-refused': return [message('unsupported-signature-format', { format: rule })];
    case 'reference-missing': return [message('signed-content-missing')];
    case 'reference-empty': return [message('format-broken', { detail: code, rule })];
    default: return [];
  }
}

function remarksOf({ coverage: { parts, split, wholeDocument } }: SignatureRead): Message[] {
  return [
    ...(wholeDocument ? [] : parts.map((part) => message('signed-part', { part }))),
    ...split.map((part) => message('text-cut-by-comment', { part })),
  ];
}

function bindingOf(read: SignatureRead): 'v2' | 'v1' | 'absent' {
  if (!namesCertificate(read)) return 'absent';
  const references = read.properties?.certificates ?? [];
  return references.length > 0 && references.every(({ digest }) => digest === 'sha1') ? 'v1' : 'v2';
}

function checkable(read: SignatureRead): CheckableSignature {
  const [named] = read.properties?.certificates ?? [];
  return {
    signer: {
      select: (certificates) => selectSigner(read, certificates),
      wanted: named?.issuer && named.serialNumber !== undefined
        ? { kind: 'signing-certificate', issuer: named.issuer.der, serialNumber: serialHex(named.serialNumber), subjectKeyIdentifier: null } : undefined,
    },
    digests: digestsOf(read.signature, read.references),
    check: (certificate) => checkSignature(read, certificate).map(({ code, rule }) => ({ code: problemCode(code), rule })),
  };
}

/** The words of the seam for what can be wrong with a reference or the value. */
function problemCode(code: XmlProblemCode | 'signing-certificate-mismatch'): SignatureProblem {
  switch (code) {
    case 'digest-mismatch': return 'message-digest-mismatch';
    case 'reference-missing':
    case 'reference-empty': return 'content-missing';
    case 'reference-ambiguous':
    case 'reference-refused': return 'content-ambiguous';
    default: return code;
  }
}

const kinds = { content: 'content-timestamp', signature: 'signature-timestamp', references: 'validation-data-timestamp', archive: 'archive-timestamp' } as const satisfies Record<XadesTimestampKind, TimestampEntry['kind']>;

function timestampsOf(id: string, { timestamps, signature, properties }: SignatureRead): CandidateTimestamp[] {
  return timestamps.map((each): CandidateTimestamp => ({
    kind: kinds[each.kind], token: each.token, stamped: each.stamped,
    covers: () => {
      const covered = each.covered();
      return {
        signatures: covered.signatureValue ? [id] : [],
        evidence: joinEvidence([{ ...noEvidence, certificates: covered.keyInfo ? signature.certificates : [] }, evidenceIn(covered.properties)]),
        tokens: earlierTokens(covered, timestamps, properties),
      };
    },
  })).slice(0, maxTimestamps);
}

/** Tokens in the properties a timestamp covers, and those under the signature. */
function earlierTokens({ signatureValue, properties: covered }: ReturnType<XadesTimestamp['covered']>, timestamps: readonly XadesTimestamp[], properties: XadesProperties | undefined): Uint8Array[] {
  return timestamps.filter(({ property }) => covered.includes(property) || (signatureValue && properties?.contentTimestamps.includes(property))).map(({ token }) => token);
}
