import { createHash, createSecretKey, randomUUID, type KeyObject } from 'node:crypto';
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KekSource } from '../config.ts';

/** A key-encryption key, AES-256, by the name that wrapped keys carry. */
export interface Kek { id: string; key: KeyObject }

/** Wraps with the first and opens with all of them: several stand side by side only while they are being exchanged. */
export type KekRing = readonly [Kek, ...Kek[]];

/** @param bytes 32 octets */
export function kekOf(bytes: Uint8Array): Kek {
  return { id: createHash('sha256').update('kek').update(bytes).digest('hex').slice(0, 16), key: createSecretKey(bytes) };
}

/**
 * Reads keys of 32 octets in base64 or hex, separated by commas or line ends; `#` begins a comment.
 * @throws Error naming the line, never its text
 */
export function parseKeks(text: string): KekRing {
  const words = text.split('\n').flatMap((line) => line.replace(/#.*/, '').split(',')).map((word) => word.trim()).filter(Boolean);
  const keks = words.map((word, i) => {
    const bytes = Buffer.from(word, /^[0-9a-f]{64}$/i.test(word) ? 'hex' : 'base64');
    if (bytes.length !== 32 || !/^[A-Za-z0-9+/]+=?$/.test(word)) {
      throw new Error(`key-encryption key ${i + 1}: expected 32 bytes in base64 or hex`);
    }
    return kekOf(bytes);
  });
  if (keks.length === 0) throw new Error('there is no key-encryption key');
  return keks as unknown as KekRing;
}

/** The keys of a source as they stand now. A missing file is made only where the source allows it. */
export async function readKekRing(source: KekSource, random: (bytes: number) => Uint8Array): Promise<{ ring: KekRing; created: boolean }> {
  if ('text' in source) return { ring: parseKeks(source.text), created: false };
  try {
    return { ring: parseKeks(await readFile(source.file, 'utf8')), created: false };
  } catch (error) {
    if (!source.create || !hasCode(error, 'ENOENT')) throw error;
  }
  await mkdir(dirname(source.file), { recursive: true });
  await createKekFile(source.file, random(32));
  return { ring: parseKeks(await readFile(source.file, 'utf8')), created: true };
}

/** Appears whole or not at all; of two services that start together one makes it, and both read that one. */
async function createKekFile(file: string, bytes: Uint8Array): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await writeSynced(draft, [Buffer.from(bytes).toString('base64')]);
  try {
    await link(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await unlink(draft);
  }
}

async function writeSynced(file: string, lines: readonly string[]): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  await handle.writeFile(lines.map((line) => `${line}\n`).join(''));
  await handle.sync();
  await handle.close();
}

/** Replaces a key file in one step: at any moment the old or the new one is there, whole. */
export async function replaceKekFile(file: string, lines: readonly string[]): Promise<void> {
  const next = `${file}.next`;
  await writeSynced(next, lines);
  await rename(next, file);
  const folder = await open(dirname(file), 'r');
  await folder.sync();
  await folder.close();
}

/** A key as a line of its file. */
export const kekLine = ({ key }: Kek): string => key.export().toString('base64');

const hasCode = (error: unknown, code: string): boolean => typeof error === 'object' && error !== null && 'code' in error && error.code === code;
