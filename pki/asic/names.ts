import { PkiError } from '../error.ts';

/** No honest name in a container is longer; file systems end at 255 for one part of it. */
const maxNameOctets = 512;

const refused = (rule: string): PkiError => new PkiError('zip-name-refused', { rule });

/**
 * Refuses names that two readers could take for different files, or that lead out of the folder they are unpacked to:
 * absolute, with `..`, backslashes, drives, controls, not in Unicode's normal form C, and any two that a file system could
 * hold for one.
 * @throws PkiError `zip-name-refused`
 */
export function checkNames(names: readonly string[]): void {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const name of names) {
    checkName(name);
    const isFolder = name.endsWith('/');
    const folded = name.replace(/\/$/, '').normalize('NFKC').toLowerCase();
    if (files.has(folded) || (isFolder && folders.has(`${folded}/`))) throw refused('no two entries with one name');
    if (isFolder) folders.add(`${folded}/`);
    else files.add(folded);
    for (const parent of parents(folded)) folders.add(parent);
  }
  if ([...files].some((file) => folders.has(file) || folders.has(`${file}/`))) throw refused('a file is no folder');
}

function checkName(name: string): void {
  if (name === '' || Buffer.byteLength(name) > maxNameOctets) throw refused(`1 to ${maxNameOctets} octets`);
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) throw refused('no controls, no marks that change the direction of writing');
  if (name.normalize('NFC') !== name) throw refused('Unicode normal form C');
  if (name.includes('\\') || name.includes(':')) throw refused('APPNOTE §4.4.17 forward slashes, no drive');
  const parts = name.replace(/\/$/, '').split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) throw refused('APPNOTE §4.4.17 a relative path, without . and ..');
  // Windows drops them, so that two names become one
  if (parts.some((part) => /[. ]$/.test(part))) throw refused('no dot or space at the end of a part');
}

/** `a/b/c` lies in `a` and `a/b`. */
function* parents(name: string): Generator<string> {
  for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) yield name.slice(0, at);
}
