import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The part of the tree whose files are written for both sides, and may be sent to browsers. */
const mayBeSent = /^(?:src\/web\/.+\.browser|pki\/.+)\.ts$/;

/**
 * Every script the pages need, as JavaScript, by its path in the tree: each `*.browser.ts` below src/web and what it imports.
 * They are served under the same paths, so an import is found by a browser as Node finds it, and nothing is bundled.
 * @throws Error for an import of anything else
 */
export function readModules(): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  const waiting = globSync('src/web/**/*.browser.ts', { cwd: root }).toSorted();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (modules.has(path)) continue;
    if (!mayBeSent.test(path)) throw new Error(`${path} is imported by a script of a page and may not be sent`);
    const code = stripTypeScriptTypes(readFileSync(join(root, path), 'utf8'), { mode: 'strip' });
    modules.set(path, withoutComments(code));
    for (const [, to = ''] of code.matchAll(/^(?:import|export)\s[^'"]*?from\s+'([^']+)'/gm)) {
      if (to.startsWith('.')) waiting.push(normalize(join(dirname(path), to)));
      else throw new Error(`${path} imports ${to}, which no browser finds`);
    }
  }
  return modules;
}

/** Whole-line comments and the blanks that types left; what stands in a line of code stays. */
function withoutComments(code: string): string {
  return code.replaceAll(/^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*$/gm, '').replaceAll(/^[ \t]*\/\/.*$/gm, '').replaceAll(/[ \t]+$/gm, '').replaceAll(/\n{2,}/g, '\n');
}
