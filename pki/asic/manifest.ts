import { createHash, timingSafeEqual } from 'node:crypto';
import { PkiError } from '../error.ts';
import type { Digest } from '../keys/algorithm.ts';
import { digestByUri } from '../xml/algorithms.ts';
import { parseXml } from '../xml/parse.ts';
import { attributeOf, bytesOf, childOf, childrenOf, isNamed, namespaces, type XmlElement } from '../xml/tree.ts';

/** One file of the container and the digest the manifest gives it. */
export interface DataObjectReference { name: string; digest: Digest | undefined; /** the algorithm as written */ method: string; value: Uint8Array }

/** ASiCManifest (EN 319 162-1 §A.4): what a CAdES signature or a timestamp of a container stands for. */
export interface Manifest {
  /** the entry with the signature or token over this manifest */
  signatureFile: string;
  references: readonly DataObjectReference[];
}

const asic = 'http://uri.etsi.org/02918/v1.2.1#';
/** A thousand references are a quarter of it. */
const maxBytes = 1_048_576;
const maxReferences = 1_000;

const malformed = (rule: string): PkiError => new PkiError('asic-manifest-malformed', { rule: `EN 319 162-1 §A.4 ${rule}` });

/** @throws PkiError `asic-manifest-malformed`, `xml-…` */
export function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > maxBytes) throw malformed(`at most ${maxBytes} octets`);
  const { root } = parseXml(bytes);
  if (!isNamed(root, asic, 'ASiCManifest')) throw malformed('ASiCManifest');
  const signature = childOf(root, asic, 'SigReference');
  if (!signature) throw malformed('SigReference');
  const references = childrenOf(root, asic, 'DataObjectReference').map(readReference);
  if (references.length === 0 || references.length > maxReferences) throw malformed(`1 to ${maxReferences} DataObjectReference`);
  if (new Set(references.map(({ name }) => name)).size !== references.length) throw malformed('each file once');
  return { signatureFile: nameOf(signature), references };
}

function readReference(element: XmlElement): DataObjectReference {
  const method = childOf(element, namespaces.ds, 'DigestMethod');
  const value = childOf(element, namespaces.ds, 'DigestValue');
  const uri = method && attributeOf(method, 'Algorithm');
  if (!value || uri === undefined) throw malformed('DigestMethod and DigestValue');
  return { name: nameOf(element), digest: digestByUri(uri), method: uri, value: bytesOf(value) };
}

/** A URI relative to the container's root (§A.4.1): names of entries, percent-decoded. */
function nameOf(element: XmlElement): string {
  const uri = attributeOf(element, 'URI');
  if (!uri) throw malformed('URI');
  try {
    return decodeURIComponent(uri);
  } catch {
    throw malformed('RFC 3986 §2.1 percent-encoding');
  }
}

export type ReferenceProblem = 'content-missing' | 'message-digest-mismatch' | 'algorithm-not-supported';

/** Compares the digests of a manifest with the files of its container; each file that differs or is missing is told. */
export function checkReferences({ references }: Manifest, fileOf: (name: string) => Uint8Array | undefined): { code: ReferenceProblem; rule: string; name: string }[] {
  return references.flatMap(({ name, digest, value }) => {
    const code = problemOf(digest, value, fileOf(name));
    return code ? [{ code, rule: 'EN 319 162-1 §A.4.1 DataObjectReference', name }] : [];
  });
}

function problemOf(digest: Digest | undefined, value: Uint8Array, file: Uint8Array | undefined): ReferenceProblem | undefined {
  if (!digest) return 'algorithm-not-supported';
  if (!file) return 'content-missing';
  const found = createHash(digest).update(file).digest();
  return found.length === value.length && timingSafeEqual(found, value) ? undefined : 'message-digest-mismatch';
}
