import { PkiError } from '../error.ts';
import { limits } from './tree.ts';

const malformed = (rule: string, offset?: number): PkiError => new PkiError('xml-malformed', { rule, ...(offset === undefined ? {} : { offset }) });

/** What XML 1.0 §2.2 leaves out of Char: controls, lone surrogates, U+FFFE and U+FFFF. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

const declaration = /^<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"1\.0"|'1\.0')(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\n]*\?>/;

/**
 * The characters of a file after its XML declaration, line ends made one line feed (XML 1.0 §2.11).
 * UTF-8, or UTF-16 with its mark; what the declaration says must be what the file is.
 * @throws PkiError `xml-too-large`, `xml-encoding`, `xml-malformed`
 */
export function charactersOf(bytes: Uint8Array): string {
  if (bytes.length > limits.octets) throw new PkiError('xml-too-large', { rule: `at most ${limits.octets} octets` });
  const encoding = encodingOf(bytes);
  const whole = decode(bytes, encoding);
  const wrong = forbidden.exec(whole);
  if (wrong) throw malformed('XML 1.0 §2.2 Char', wrong.index);
  const text = whole.includes('\r') ? whole.replace(/\r\n?/g, '\n') : whole;
  if (!/^<\?xml[ \t\n]/.test(text)) return text;
  const found = declaration.exec(text);
  if (!found) throw malformed('XML 1.0 §2.8 XMLDecl of version 1.0', 0);
  const named = (found[1] ?? found[2])?.toLowerCase();
  const fits = named === undefined || (encoding === 'utf-8' ? named === 'utf-8' || named === 'us-ascii' : named === 'utf-16' || named === encoding);
  if (!fits) throw new PkiError('xml-encoding', { rule: 'XML 1.0 §4.3.3 UTF-8, or UTF-16 with its mark' });
  return text.slice(found[0].length);
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

function encodingOf([first, second]: Uint8Array): Encoding {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

function decode(bytes: Uint8Array, encoding: Encoding): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new PkiError('xml-encoding', { rule: `XML 1.0 §4.3.3 well-formed ${encoding}` });
  }
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', apos: '\'', quot: '"' };

/** Longer than any reference, and what is replaced at a time: a file of references alone must not become millions of values. */
const [longestReference, pieceLength] = [12, 65_536];

/**
 * Text with its references replaced: the five of XML and characters by number, for without a DTD there are no others.
 * @throws PkiError `xml-entity`, `xml-malformed`
 */
export function resolveReferences(text: string): string {
  if (!text.includes('&')) return text;
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    let end = Math.min(at + pieceLength, text.length);
    const last = text.lastIndexOf('&', end - 1);
    if (end < text.length && last > at && last > end - longestReference) end = last;
    pieces.push(text.slice(at, end).replace(/&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|(lt|gt|amp|apos|quot));|&/g, characterOf));
    at = end;
  }
  return pieces.join('');
}

function characterOf(_whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return entities[name]!;
  if (decimal === undefined && hex === undefined) throw new PkiError('xml-entity', { rule: 'XML 1.0 §4.6 the five entities, §4.1 characters' });
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
  const character = code > 0x10ffff ? '\0' : String.fromCodePoint(code);
  if (forbidden.test(character)) throw malformed('XML 1.0 §4.1 Legal Character');
  return character;
}

/** No name in use is longer; a longer one only costs time. */
const maxName = 1_000;

const nameStart = /[\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}-\u{200D}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}]/u;
const nameRest = /\u{B7}|[\u{203F}-\u{2040}]|[\u{300}-\u{36F}]/u;

function isNameCharacter(code: number, first: boolean): boolean {
  if (code < 0x80) {
    const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
    return isLetter || (!first && ((code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e));
  }
  const character = String.fromCodePoint(code);
  return nameStart.test(character) || (!first && nameRest.test(character));
}

/** Where the NCName (Namespaces in XML 1.0 §3) that begins at `at` ends; `at` if none does. @throws PkiError `xml-too-complex` */
export function endOfName(text: string, at: number): number {
  let end = at;
  for (let code = text.codePointAt(end); code !== undefined && isNameCharacter(code, end === at); code = text.codePointAt(end)) {
    end += code > 0xffff ? 2 : 1;
    if (end - at > maxName) throw new PkiError('xml-too-complex', { rule: `names of at most ${maxName} characters`, offset: at });
  }
  return end;
}
