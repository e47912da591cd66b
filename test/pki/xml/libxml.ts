import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Said { code: number; stdout: Buffer; stderr: string }

/** Whether a program of libxml2's family is installed; tests against it are left out where it is not. */
export const isInstalled = (program: 'xmllint' | 'xmlsec1'): boolean => spawnSync(program, ['--version'], { timeout: 20_000 }).status === 0;

/** A folder of its own for the files of a peer. */
export class Libxml {
  readonly folder = mkdtempSync(join(tmpdir(), 'antin-xml-'));

  file(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.folder, name), content);
    return name;
  }

  run(program: 'xmllint' | 'xmlsec1', ...args: readonly string[]): Said {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: this.folder, timeout: 30_000, maxBuffer: 64 * 1024 * 1024 });
    return { code: status ?? -1, stdout, stderr: stderr.toString('utf8') };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
