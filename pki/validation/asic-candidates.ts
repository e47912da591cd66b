import { createHash } from 'node:crypto';
import { PkiError } from '../error.ts';
import { oids } from '../asn1/oids.ts';
import { readContainer, type Container, type SignatureFile } from '../asic/container.ts';
import { checkReferences, type Manifest } from '../asic/manifest.ts';
import { parseSignedData, type SignedData } from '../cms/signed-data.ts';
import { contentOf, emptyCandidate, readingDocument, type CheckableSignature, type Covered, type SignatureCandidate, type SignedDocument } from './candidate.ts';
import { cmsCandidates } from './cms-candidates.ts';
import { joinEvidence, noEvidence } from './evidence.ts';
import { judgeCoverage, shown } from './file-coverage.ts';
import type { GivenContent } from './given-content.ts';
import { message } from './messages.ts';
import type { Message, ReportedFile } from './report.ts';
import { xmlCandidatesOverFiles } from './xml-candidates.ts';

/** A candidate of an entry, and the files of the container that it is over. */
interface Read { file: SignatureFile; candidate: SignatureCandidate; covers: ReadonlySet<string> }

/**
 * The signatures and timestamps of an ASiC container, with each of its files and what covers it.
 * @throws PkiError `document-unreadable`
 */
export function readAsicDocument(file: Uint8Array, content: GivenContent | undefined): SignedDocument {
  const container = open(file);
  const read: Read[] = [];
  for (const each of container.signatureFiles) {
    read.push(...readSignatureFile(each, container, 1 + read.filter(({ candidate }) => candidate.counterSigns === undefined).length));
  }
  const candidates = read.map((each) => withCover(each, read));
  const files = container.dataFiles.map(({ name, bytes }): ReportedFile => ({ name, sha256: createHash('sha256').update(bytes).digest('hex'), octets: bytes.length, coveredBy: coverersOf(name, read) }));
  const problems = [
    ...(content ? [message('content-given-twice')] : []), ...judgeCoverage(files, candidates),
    ...container.unread.map((name) => message('container-entry-unread', { name: shown(name) })),
  ];
  return { format: container.kind, candidates, problems, evidence: noEvidence, files };
}

function open(file: Uint8Array): Container {
  return readingDocument(() => readContainer(file));
}

function readSignatureFile(file: SignatureFile, container: Container, first: number): Read[] {
  try {
    return file.kind === 'xades' ? readXades(file, container, first) : readCms(file, container, first);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return [{ file, covers: new Set(), candidate: unread(file, first, message('format-broken', { detail: error.code, rule: error.rule })) }];
  }
}

/** XAdES names its files itself (EN 319 162-1 §4.4.3.2). The file it stands in is no content, so that its own coverage says nothing. */
function readXades(file: SignatureFile, { fileOf }: Container, first: number): Read[] {
  const found = xmlCandidatesOverFiles(file.bytes, (name) => (name === undefined ? undefined : fileOf(name)), first);
  if (found.length === 0) throw new PkiError('asic-malformed', { rule: 'EN 319 162-1 §4.2 a signature' });
  return found.map(({ candidate, files }) => ({ file, covers: new Set(files), candidate: { ...candidate, field: file.name, coverage: null } }));
}

function readCms(file: SignatureFile, { fileOf, dataFiles: [only] }: Container, first: number): Read[] {
  const { manifest } = file;
  const signedData = parseSignedData(file.bytes);
  if (signedData.signerInfos.length === 0) throw new PkiError('cms-malformed', { rule: 'EN 319 162-1 §4.2 a signature' });
  const problems = manifest ? checkReferences(manifest, fileOf) : [];
  const named = manifest ? manifest.references.map(({ name }) => name) : [only!.name];
  const covers = new Set(named.filter((each) => !problems.some(({ name }) => name === each)));
  return cmsCandidates({ first, field: file.name }, signedData, contentOf([manifest?.bytes ?? only!.bytes])).map((made) => {
    const candidate = { ...made, problems: [...made.problems, ...formProblems(file, signedData)] };
    return { file, covers, candidate: manifest && !candidate.counterSigns ? overManifest(candidate, manifest, problems) : candidate };
  });
}

function unread({ name, kind }: SignatureFile, first: number, problem: Message): SignatureCandidate {
  return { ...emptyCandidate({ id: `S-${first}`, type: kind === 'timestamp' ? 'document-timestamp' : 'signature', family: kind === 'xades' ? 'XAdES' : 'CMS', field: name }), problems: [problem] };
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
function withCover({ candidate, covers }: Read, all: readonly Read[]): SignatureCandidate {
  const { timestamp } = candidate;
  if (!timestamp) return candidate;
  return { ...candidate, timestamp: { ...timestamp, covers: () => coveredBy(all.filter(({ file }) => covers.has(file.name)).map((each) => each.candidate)) } };
}

function coveredBy(candidates: readonly SignatureCandidate[]): Covered {
  return {
    signatures: candidates.filter(({ type }) => type === 'signature').map(({ id }) => id),
    evidence: joinEvidence(candidates.map(({ evidence }) => evidence)),
    tokens: candidates.flatMap(({ timestamp, timestamps }) => [...(timestamp ? [timestamp.token] : []), ...timestamps.map(({ token }) => token)]),
  };
}

function coverersOf(name: string, read: readonly Read[]): string[] {
  return read.filter(({ covers, candidate }) => covers.has(name) && candidate.counterSigns === undefined).map(({ candidate }) => candidate.id);
}
