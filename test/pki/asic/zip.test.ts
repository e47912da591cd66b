import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readZip } from '../../../pki/asic/zip.ts';
import { PkiError } from '../../../pki/error.ts';
import { mutated } from '../mutation.ts';
import { writeZip, type Lies, type Written } from './write-zip.ts';

const hello = { name: 'hello.txt', bytes: Buffer.from('xin chào') };
const other = { name: 'b/c.txt', bytes: Buffer.from('x'.repeat(5_000)), deflate: true };
const outcomeOf = (zip: Uint8Array): string => {
  try {
    return readZip(zip).entries.map(({ name }) => name).join(' ');
  } catch (error) {
    if (error instanceof PkiError) return error.code;
    throw error;
  }
};

test.each<[string, Written[], Lies]>([
  ['stored and deflated', [hello, other], {}],
  ['nothing', [], {}],
  ['an empty file', [{ name: 'a', bytes: Buffer.alloc(0) }], {}],
  ['a folder', [{ name: 'b/', bytes: Buffer.alloc(0) }, other], {}],
  ['names in Vietnamese', [{ ...hello, name: 'Giấy chứng nhận.txt' }], {}],
  ['sizes behind the bytes', [{ ...other, descriptor: 'marked' }, hello], {}],
  ['sizes behind the bytes without their mark', [{ ...other, descriptor: 'bare' }, hello], {}],
  ['comments', [{ ...hello, comment: 'c' }], { comment: 'mimetype=application/vnd.etsi.asic-s+zip' }],
  ['times in extra fields', [{ ...hello, extra: Buffer.from('55540500010000000000', 'hex').subarray(0, 9), localExtra: Buffer.from('555405000100000000', 'hex') }], {}],
])('reads %s', (_what, entries, lies) => {
  expect(readZip(writeZip(entries, lies)).entries.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])).toEqual(entries.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()]));
});

test('reads what the zip of the system writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'antin-zip-'));
  try {
    writeFileSync(join(folder, 'mimetype'), 'application/vnd.etsi.asic-e+zip');
    writeFileSync(join(folder, 'a.txt'), 'a'.repeat(1_000));
    execFileSync('zip', ['-X', '-0', 'x.zip', 'mimetype'], { cwd: folder });
    execFileSync('zip', ['x.zip', 'a.txt'], { cwd: folder });
    const { entries } = readZip(readFileSync(join(folder, 'x.zip')));
    expect(entries).toMatchObject([{ name: 'mimetype', stored: true, extra: false }, { name: 'a.txt', stored: false, extra: true }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const zeros = Buffer.alloc(4 * 1024 * 1024);
const twoEnds = (): Buffer => {
  const inner = writeZip([other]);
  // both end records reach the last byte: one reader sees hello.txt, another b/c.txt
  return writeZip([hello], { comment: inner });
};

describe('attacks: nothing that two readers read differently, and no bombs', () => {
  test.each<[string, string, () => Uint8Array]>([
    ['zip-ambiguous', 'bytes before the archive', () => writeZip([hello], { prefix: Buffer.from('#!/bin/sh\n') })],
    ['zip-ambiguous', 'bytes before it, offsets counted without them', () => writeZip([{ ...hello, offset: 0 }], { prefix: Buffer.from('%PDF-1.7'), directoryOffset: 47 })],
    ['zip-ambiguous', 'bytes after it', () => writeZip([hello], { suffix: Buffer.from('x') })],
    ['zip-ambiguous', 'a gap between entries', () => writeZip([hello, { ...other, before: Buffer.from('gap') }])],
    ['zip-ambiguous', 'a gap before the directory', () => writeZip([hello], { beforeDirectory: Buffer.from('gap') })],
    ['zip-ambiguous', 'a gap after the directory', () => writeZip([hello], { afterDirectory: Buffer.from('gap') })],
    ['zip-ambiguous', 'an entry that the directory does not have', () => writeZip([hello, { ...other, hidden: true }])],
    ['zip-ambiguous', 'two entries over the same bytes', () => writeZip([hello, { ...hello, name: 'b', localName: 'hello.txt', offset: 0 }])],
    ['zip-ambiguous', 'another name in the local header', () => writeZip([{ ...hello, localName: 'other.txt' }])],
    ['zip-ambiguous', 'another size in the local header', () => writeZip([{ ...hello, localSize: 3 }])],
    ['zip-ambiguous', 'another method in the local header', () => writeZip([{ ...hello, localMethod: 8 }])],
    ['zip-ambiguous', 'another size behind the bytes', () => writeZip([{ ...other, descriptor: 'marked', descriptorSize: 1 }])],
    ['zip-ambiguous', 'a stored entry that tells its size too late', () => writeZip([{ ...hello, descriptor: 'marked' }])],
    ['zip-ambiguous', 'a second end record in the comment', twoEnds],
    ['zip-ambiguous', 'a mark of an end record in the comment', () => writeZip([hello], { comment: Buffer.concat([Buffer.from('504b0506', 'hex'), Buffer.alloc(30)]) })],
    ['zip-ambiguous', 'a second name in an extra field', () => writeZip([{ ...hello, extra: Buffer.from('7570060001000000006100', 'hex').subarray(0, 10) }])],
    ['zip-ambiguous', 'fewer entries counted than there are', () => writeZip([hello, other], { count: 1 })],
    ['zip-ambiguous', 'a deflated size that is too small', () => writeZip([{ ...other, size: 100 }])],
    ['zip-ambiguous', 'a deflated size that is too large', () => writeZip([{ ...other, size: 6_000 }])],
    ['zip-ambiguous', 'bytes behind the last block of deflate', () => writeZip([{ ...other, packed: Buffer.concat([deflated('x'), Buffer.from('hidden')]), bytes: Buffer.from('x'), deflate: true }])],
    ['zip-malformed', 'more entries counted than there are', () => writeZip([hello], { count: 2 })],
    ['zip-malformed', 'a checksum of something else', () => writeZip([{ ...hello, crc: 1 }])],
    ['zip-malformed', 'no deflate at all', () => writeZip([{ ...other, packed: Buffer.from('ffffff', 'hex') }])],
    ['zip-malformed', 'an extra field beyond itself', () => writeZip([{ ...hello, extra: Buffer.from('5554ff00', 'hex') }])],
    ['zip-malformed', 'no archive', () => Buffer.from('hello')],
    ['zip-malformed', 'a folder with bytes', () => writeZip([{ ...hello, name: 'a/' }])],
    ['zip-not-supported', 'encryption', () => writeZip([{ ...hello, flags: 0x0801 }])],
    ['zip-not-supported', 'encrypted headers', () => writeZip([{ ...hello, flags: 0x2800 }])],
    ['zip-not-supported', 'another method', () => writeZip([{ ...hello, method: 12, localMethod: 12 }])],
    ['zip-not-supported', 'ZIP64 in an extra field', () => writeZip([{ ...hello, extra: Buffer.from('01000800ffffffff00000000', 'hex') }])],
    ['zip-not-supported', 'ZIP64 in the local header alone', () => writeZip([{ ...hello, localExtra: Buffer.from('01000800ffffffff00000000', 'hex') }])],
    ['zip-not-supported', 'ZIP64 in the end record', () => writeZip([hello], { directoryOffset: 0xffffffff })],
    ['zip-not-supported', 'several disks', () => writeZip([hello], { disk: 1 })],
    ['zip-too-large', 'a bomb by its ratio', () => writeZip([{ name: 'a', bytes: zeros, deflate: true }])],
    ['zip-too-large', 'a bomb by what it says', () => writeZip([{ ...other, size: 0xfffffffe }])],
    ['zip-too-large', 'very many entries', () => writeZip(Array.from({ length: 1_001 }, (_, i) => ({ name: `${i}`, bytes: Buffer.alloc(0) })))],
  ])('%s: %s', (code, _what, make) => {
    expect(outcomeOf(make())).toBe(code);
  });

  test('all together are bounded, not only each', () => {
    const zip = writeZip([{ name: 'a', bytes: zeros }, { name: 'b', bytes: zeros }]);
    expect(() => readZip(zip, { maxBytes: 1e8, maxEntries: 10, maxEntryBytes: 5e6, maxInflatedBytes: 6e6, maxRatio: 100 })).toThrow('zip-too-large');
    expect(() => readZip(zip, { maxBytes: 1e3, maxEntries: 10, maxEntryBytes: 5e6, maxInflatedBytes: 9e6, maxRatio: 100 })).toThrow('zip-too-large');
  });
});

function deflated(text: string): Buffer {
  // one stored block of deflate (RFC 1951 §3.2.4)
  return Buffer.from([1, text.length, 0, ~text.length & 0xff, 0xff, ...Buffer.from(text)]);
}

test.each<[string, (string | Buffer)[]]>([
  ['one name twice', ['a', 'a']], ['one name but for its case', ['A.txt', 'a.txt']], ['one name but for its width', ['a.txt', 'ａ.txt']],
  ['not in normal form C', ['Giấy'.normalize('NFD')]], ['a way up', ['../a']], ['a way up in the middle', ['a/../b']], ['an absolute path', ['/etc/passwd']],
  ['a backslash', ['a\\b']], ['a drive', ['C:a']], ['a NUL', ['a\0.txt']], ['a line end', ['a\nb']], ['writing turned round', ['a\u202Efdp.exe']], ['an empty part', ['a//b']],
  ['a dot as a part', ['./a']], ['a dot at the end', ['a.']], ['a space at the end', ['a /b']], ['no name', ['']], ['a very long name', ['a'.repeat(513)]],
  ['a file that is a folder', ['a', 'a/b']], ['a file that is a folder but for its case', ['a/b', 'A']], ['a folder entry with a file of its name', ['a', 'a/']],
  ['octets that are no UTF-8', [Buffer.from('61ff', 'hex')]],
])('names: %s', (_what, names) => {
  expect(outcomeOf(writeZip(names.map((name) => ({ name, bytes: Buffer.alloc(0) }))))).toBe('zip-name-refused');
});

test('names: UTF-8 that is not marked as such', () => {
  expect(outcomeOf(writeZip([{ ...hello, name: 'Giấy', flags: 0 }]))).toBe('zip-name-refused');
});

test('whatever is changed: the same files, or a PkiError', () => {
  const original = writeZip([hello, other, { name: 'c', bytes: Buffer.from('c'.repeat(300)), deflate: true, descriptor: 'marked' }]);
  const files = readZip(original).entries.map(({ name, bytes }) => `${name}:${Buffer.from(bytes).toString()}`).toSorted();
  fc.assert(fc.property(mutated(original), (bytes) => {
    try {
      // a name may change in both headers alike; what an entry holds is under its checksum
      return readZip(bytes).entries.every((entry) => files.some((file) => file.endsWith(`:${Buffer.from(entry.bytes).toString()}`)));
    } catch (error) {
      return error instanceof PkiError;
    }
  }), { numRuns: 3_000, seed: 40 });
});
