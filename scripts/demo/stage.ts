import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiOf, type Api } from './api.ts';
import type { Teller } from './tell.ts';

/** API keys by who they are for. */
export type Keys = Record<'administrator' | 'second-administrator' | 'registrar' | 'examiner' | 'approver' | 'auditor' | 'verifier', string>;

/** Where the story is played: the running service, the narrator, and the folder its papers are kept in. */
export interface Stage {
  address: string;
  folder: string;
  tell: Teller;
  keys: Keys;
  /** The API as one of the people sees it. */
  as(who: keyof Keys): Api;
  /** Keeps a file for the person who tries the demo; secrets get mode 0600. */
  keep(name: string, bytes: Uint8Array | string, secret?: boolean): Promise<string>;
}

/** @param address without a slash at its end @param folder made if missing */
export async function openStage(address: string, folder: string, tell: Teller, keys: Keys): Promise<Stage> {
  await mkdir(folder, { recursive: true });
  return {
    address, folder, tell, keys,
    as: (who) => apiOf(address, keys[who]),
    keep: async (name, bytes, secret = false) => {
      const path = join(folder, name);
      await writeFile(path, bytes, { mode: secret ? 0o600 : 0o644 });
      return path;
    },
  };
}

/** What `openssl` says, for a second opinion; undefined where it is not installed. Never waits in the way of the service, which it may ask. */
export function askOpenssl(args: readonly string[]): Promise<{ ok: boolean; output: string } | undefined> {
  return new Promise((done) => {
    execFile('openssl', args, { timeout: 20_000 }, (error, stdout, stderr) => {
      done(error?.code === 'ENOENT' ? undefined : { ok: error === null, output: `${stdout}${stderr}`.trim() });
    });
  });
}

/** The bytes an address answers with. @throws Error when it does not answer 200 */
export async function download(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
