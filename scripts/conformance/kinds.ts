import { runDocumentCase } from './document.ts';
import type { RunCase } from './manifest.ts';
import { runPathCase } from './path.ts';
import { runWycheproofCase } from './wycheproof.ts';

/** How each kind of case is run; a kind that is not here is skipped and said so. */
export const kinds: Readonly<Record<string, RunCase>> = {
  path: runPathCase,
  wycheproof: runWycheproofCase,
  document: runDocumentCase,
};
