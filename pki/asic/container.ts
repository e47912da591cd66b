import { PkiError } from '../error.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { readZip, type Zip, type ZipEntry } from './zip.ts';

export type SignatureFileKind = 'cades' | 'xades' | 'timestamp';

/** An entry with signatures or a timestamp, and what it is over: its manifest, else the one data file. XAdES names its files itself. */
export interface SignatureFile {
  name: string;
  kind: SignatureFileKind;
  bytes: Uint8Array;
  manifest: (Manifest & { bytes: Uint8Array }) | undefined;
}

/** An associated signature container (EN 319 162-1). */
export interface Container {
  kind: 'ASiC-S' | 'ASiC-E';
  /** everything that is content: what no signature covers is not signed */
  dataFiles: readonly ZipEntry[];
  signatureFiles: readonly SignatureFile[];
  /** entries that would have to be judged and cannot be: evidence records */
  unread: readonly string[];
  fileOf: (name: string) => Uint8Array | undefined;
}

const kinds: Readonly<Record<string, Container['kind']>> = {
  'application/vnd.etsi.asic-s+zip': 'ASiC-S',
  'application/vnd.etsi.asic-e+zip': 'ASiC-E',
};

/** EN 319 162-1 §4.3.3.2, §4.4.3.2, §4.4.4.2: the entries that carry signatures, by their names. */
const signatureNames: readonly [RegExp, SignatureFileKind][] = [
  [/^META-INF\/[^/]*signatures[^/]*\.xml$/, 'xades'],
  [/^META-INF\/[^/]*signature[^/]*\.p7s$/, 'cades'],
  [/^META-INF\/[^/]*timestamp[^/]*\.tst$/, 'timestamp'],
];
const manifestName = /^META-INF\/[^/]*ASiC(?:Archive)?Manifest[^/]*\.xml$/;
const evidenceRecordName = /^META-INF\/(?:[^/]*evidencerecord[^/]*\.(?:ers|xml)|ASiCEvidenceRecordManifest[^/]*\.xml)$/;
/** OpenDocument's and UCF's own lists of files (EN 319 162-1 §4.4.3.2); they say nothing that a signature stands for. */
const furniture = /^(?:mimetype|META-INF\/(?:manifest|container|metadata)\.xml)$/;

const malformed = (rule: string): PkiError => new PkiError('asic-malformed', { rule });

/**
 * Takes a container apart.
 * @throws PkiError `asic-malformed`, `asic-manifest-malformed`, `zip-…`, `xml-…`
 */
export function readContainer(bytes: Uint8Array): Container {
  const zip = readZip(bytes);
  const kind = kindOf(zip);
  const entries = zip.entries.filter(({ name }) => !name.endsWith('/'));
  const files = new Map(entries.map((entry) => [entry.name, entry]));
  const manifests = entries.filter(({ name }) => manifestName.test(name)).map((entry) => ({ ...parseManifest(entry.bytes), bytes: entry.bytes }));
  const signatureFiles = entries.flatMap((entry) => signatureFileOf(entry, manifests));
  const known = (name: string): boolean => furniture.test(name) || manifestName.test(name) || evidenceRecordName.test(name) || kindOfName(name) !== undefined;
  const dataFiles = entries.filter(({ name }) => !known(name));
  requireForm(kind, dataFiles, signatureFiles);
  const lost = manifests.find(({ signatureFile }) => !signatureFiles.some(({ name }) => name === signatureFile));
  if (lost) throw malformed('EN 319 162-1 §A.4 SigReference names a signature of the container');
  return {
    kind, dataFiles, signatureFiles, unread: entries.filter(({ name }) => evidenceRecordName.test(name)).map(({ name }) => name),
    fileOf: (name) => files.get(name)?.bytes,
  };
}

/** `mimetype` comes first, as it is, without extra fields, so that it stands at a fixed place of the file (EN 319 162-1 §A.1). */
function kindOf({ entries: [first] }: Zip): Container['kind'] {
  if (first?.name !== 'mimetype' || !first.stored || first.extra) throw malformed('EN 319 162-1 §A.1 mimetype first, stored, without extra fields');
  const kind = kinds[Buffer.from(first.bytes).toString('latin1')];
  if (!kind) throw malformed('EN 319 162-1 §A.1 the type of an ASiC container');
  return kind;
}

const kindOfName = (name: string): SignatureFileKind | undefined => signatureNames.find(([pattern]) => pattern.test(name))?.[1];

function signatureFileOf({ name, bytes }: ZipEntry, manifests: readonly (Manifest & { bytes: Uint8Array })[]): SignatureFile[] {
  const kind = kindOfName(name);
  if (!kind) return [];
  const [manifest, ...others] = manifests.filter(({ signatureFile }) => signatureFile === name);
  if (others.length > 0) throw malformed('EN 319 162-1 §A.4 one manifest for a signature');
  if (manifest && kind === 'xades') throw malformed('EN 319 162-1 §4.4.3.2 XAdES names its files itself');
  return [{ name, kind, bytes, manifest }];
}

/** What belongs where (EN 319 162-1 §4.3.3.2, §4.4.4.2). */
function requireForm(kind: Container['kind'], dataFiles: readonly ZipEntry[], signatureFiles: readonly SignatureFile[]): void {
  if (signatureFiles.length === 0) throw malformed('EN 319 162-1 §4.2 at least one signature or timestamp');
  if (kind === 'ASiC-S' && (dataFiles.length !== 1 || dataFiles[0]!.name.includes('/'))) throw malformed('EN 319 162-1 §4.3.3.2 one data file, at the root');
  if (kind === 'ASiC-E' && dataFiles.length === 0) throw malformed('EN 319 162-1 §4.4.2 at least one data file');
  const loose = signatureFiles.find((file) => kind === 'ASiC-E' && file.kind !== 'xades' && !file.manifest);
  if (loose) throw malformed('EN 319 162-1 §4.4.4.2 a manifest for each CAdES signature and timestamp');
}
