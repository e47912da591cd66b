import { createHash } from 'node:crypto';
import { PkiError } from '../error.ts';
import { oids } from '../asn1/oids.ts';
import { readContainer, type Container, type SignatureFile } from '../asic/container.ts';
import { checkReferences, type Manifest } from '../asic/manifest.ts';
import { parseSignedData, type SignedData } from '../cms/signed-data.ts';
import { contentOf, emptyCandidate, type CheckableSignature, type Covered, type SignatureCandidate, type SignedDocument } from './candidate.ts';
import { cmsCandidates } from './cms-candidates.ts';
import { joinEvidence, noEvidence } from './evidence.ts';
import { message } from './messages.ts';
import type { Message, ReportedFile } from './report.ts';

/** The candidates of one entry, and the files of the container that they are over. */
interface Read { file: SignatureFile; candidates: SignatureCandidate[]; covers: ReadonlySet<string> }

/**
 * The signatures and timestamps of an ASiC container, with each of its files and what covers it.
 * @throws PkiError `document-unreadable`
 */
export function readAsicDocument(file: Uint8Array, content: Uint8Array | undefined): SignedDocument {
  const container = open(file);
  const read: Read[] = [];
  let first = 1;
  for (const each of container.signatureFiles) {
    const made = readSignatureFile(each, container, first);
    first += made.candidates.filter(({ counterSigns }) => counterSigns === undefined).length;
    read.push(made);
  }
  const candidates = read.flatMap((each) => each.candidates.map((candidate) => withCover(candidate, each, read)));
  const files = container.dataFiles.map(({ name, bytes }): ReportedFile => ({ name, sha256: createHash('sha256').update(bytes).digest('hex'), octets: bytes.length, coveredBy: coverersOf(name, read) }));
  const problems = [
    ...(content ? [message('content-given-twice')] : []), ...judgeCoverage(files, candidates),
    ...container.unread.map((name) => message('container-entry-unread', { name: shown(name) })),
  ];
  return { format: container.kind, candidates, problems, evidence: noEvidence, files };
}

function open(file: Uint8Array): Container {
  try {
    return readContainer(file);
  } catch (error) {
    if (error instanceof PkiError) throw new PkiError('document-unreadable', { rule: `${error.code}: ${error.rule}`, ...(error.offset === undefined ? {} : { offset: error.offset }) });
    throw error;
  }
}

function readSignatureFile(file: SignatureFile, container: Container, first: number): Read {
  if (file.kind === 'xades') return { file, candidates: [unread(file, first, message('unsupported-signature-format', { format: 'XAdES' }))], covers: new Set() };
  const problem = file.manifest ? checkReferences(file.manifest, container.fileOf) : [];
  const signed = file.manifest?.bytes ?? container.dataFiles[0]!.bytes;
  const wrong = new Set(problem.map(({ name }) => name));
  const named = file.manifest ? file.manifest.references.map(({ name }) => name) : [container.dataFiles[0]!.name];
  const covers = new Set(named.filter((name) => !wrong.has(name)));
  const signedData = parse(file);
  if (!signedData) return { file, candidates: [unread(file, first, message('format-broken', { detail: shown(file.name), rule: 'RFC 5652 §5.1' }))], covers: new Set() };
  const candidates = cmsCandidates({ first, field: file.name }, signedData, contentOf([signed])).map((candidate) => {
    const whole = { ...candidate, problems: [...candidate.problems, ...formProblems(file, signedData)] };
    return file.manifest && !candidate.counterSigns ? overManifest(whole, file.manifest, problem) : whole;
  });
  return { file, candidates, covers };
}

function unread({ name, kind }: SignatureFile, first: number, problem: Message): SignatureCandidate {
  return { ...emptyCandidate({ id: `S-${first}`, type: kind === 'timestamp' ? 'document-timestamp' : 'signature', family: kind === 'xades' ? 'XAdES' : 'CMS', field: name }), problems: [problem] };
}

function parse({ bytes }: SignatureFile): SignedData | undefined {
  try {
    const signedData = parseSignedData(bytes);
    return signedData.signerInfos.length > 0 ? signedData : undefined;
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

/** A signature beside its content that also holds one would be judged by the wrong one (EN 319 162-1 §4.3.3.2, §4.4.4.2). */
function formProblems({ kind }: SignatureFile, { contentType, content }: SignedData): Message[] {
  if ((kind === 'timestamp') !== (contentType === oids.tstInfo)) return [message('format-broken', { detail: 'content-type', rule: 'EN 319 162-1 §4.2' })];
  return kind === 'cades' && content !== undefined ? [message('format-broken', { detail: 'content-inside', rule: 'EN 319 162-1 §4.3.3.2 detached' })] : [];
}

/** What is signed is the manifest; the files are signed by their digests in it, and every one of them must be right. */
function overManifest(candidate: SignatureCandidate, { references }: Manifest, problems: ReturnType<typeof checkReferences>): SignatureCandidate {
  const { signature, timestamp } = candidate;
  const used = new Map(references.map(({ digest, method }) => [method, { digest, name: digest ?? method.slice(0, 60) }]));
  const checked: CheckableSignature | undefined = signature && {
    ...signature, digests: [...signature.digests, ...used.values()], check: (certificate) => [...signature.check(certificate), ...problems],
  };
  const stamped = timestamp && problems.length > 0 ? { ...timestamp, stamped: () => undefined } : timestamp;
  return { ...candidate, signature: checked, timestamp: stamped, remarks: [...candidate.remarks, ...problems.map(({ name }) => message('file-changed', { name: shown(name) }))] };
}

/** What a timestamp of the container proves: the signatures in the entries that it is over, with all they bring along. */
function withCover(candidate: SignatureCandidate, { covers }: Read, all: readonly Read[]): SignatureCandidate {
  const { timestamp } = candidate;
  if (!timestamp) return candidate;
  return { ...candidate, timestamp: { ...timestamp, covers: () => coveredBy(all.filter(({ file }) => covers.has(file.name)).flatMap(({ candidates }) => candidates)) } };
}

function coveredBy(candidates: readonly SignatureCandidate[]): Covered {
  return {
    signatures: candidates.filter(({ type }) => type === 'signature').map(({ id }) => id),
    evidence: joinEvidence(candidates.map(({ evidence }) => evidence)),
    tokens: candidates.flatMap(({ timestamp, timestamps }) => [...(timestamp ? [timestamp.token] : []), ...timestamps.map(({ token }) => token)]),
  };
}

function coverersOf(name: string, read: readonly Read[]): string[] {
  return read.filter(({ covers }) => covers.has(name)).flatMap(({ candidates }) => candidates.filter(({ counterSigns }) => counterSigns === undefined).map(({ id }) => id));
}

/** A file that no signature is over is not signed, whatever lies beside it; a timestamp alone is no signature. */
function judgeCoverage(files: readonly ReportedFile[], candidates: readonly SignatureCandidate[]): Message[] {
  const signatures = candidates.filter(({ type, counterSigns }) => type === 'signature' && counterSigns === undefined).map(({ id }) => id);
  const counting = signatures.length > 0 ? signatures : candidates.map(({ id }) => id);
  return files.flatMap(({ name, coveredBy: ids }) => {
    const covering = counting.filter((id) => ids.includes(id));
    if (covering.length === 0) return [message('file-not-signed', { name: shown(name) })];
    return covering.length < counting.length ? [message('file-not-signed-by-all', { name: shown(name), signatures: covering.join(', ') })] : [];
  });
}

/** Names are strangers' text: enough of it to be recognised. */
const shown = (name: string): string => name.slice(0, 120);
