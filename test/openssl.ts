import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toPem } from '../pki/keys/pem.ts';

const run = promisify(execFile);

export interface Said { code: number; output: string }

/** A folder of files for the openssl of the system, our second opinion. Remove it at the end. */
export async function opensslFolder(): Promise<{
  path: (name: string) => string;
  write: (name: string, bytes: Uint8Array | string) => Promise<string>;
  writePem: (name: string, label: string, ...ders: Uint8Array[]) => Promise<string>;
  /** Runs `openssl …`; output is what it wrote to both of its streams. */
  openssl: (...args: string[]) => Promise<Said>;
  remove: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'antin-openssl-'));
  const path = (name: string): string => join(folder, name);
  const write = async (name: string, bytes: Uint8Array | string): Promise<string> => {
    await writeFile(path(name), bytes);
    return path(name);
  };
  return {
    path, write,
    writePem: (name, label, ...ders) => write(name, ders.map((der) => toPem(label, der)).join('')),
    openssl: async (...args) => {
      try {
        const { stdout, stderr } = await run('openssl', args, { cwd: folder, timeout: 20_000 });
        return { code: 0, output: stdout + stderr };
      } catch (error) {
        const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
        return { code, output: stdout + stderr };
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
