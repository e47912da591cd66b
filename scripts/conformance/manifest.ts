import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The settings a `path` case may name; absent ones are the RFC's defaults. */
export interface CaseSettings {
  revocation?: boolean;
  initialPolicySet?: string[];
  initialExplicitPolicy?: boolean;
  initialPolicyMappingInhibit?: boolean;
  initialAnyPolicyInhibit?: boolean;
  extendedKeyUsage?: string;
  anchorValidity?: boolean;
  serverName?: string;
  maxIntermediates?: number;
}

/** One case of a manifest; which fields it has depends on its kind. */
export interface Case {
  id: string;
  kind: string;
  note?: string;
  file?: string;
  anchors?: string[];
  target?: string;
  intermediates?: string[];
  crls?: string[];
  time?: string;
  settings?: CaseSettings;
  expected?: unknown;
}

export interface Manifest { suite: string; source: string; folder: string; cases: Case[] }

/** What became of one case: `actual` says in words what was found. */
export interface Outcome { id: string; status: 'passed' | 'failed' | 'skipped'; expected: string; actual: string }

/** Runs one case; a file of vectors may answer with many outcomes. */
export type RunCase = (test: Case, manifest: Manifest) => Outcome[] | Promise<Outcome[]>;

export function readManifest(file: string): Manifest {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Omit<Manifest, 'folder'>;
  return { ...manifest, folder: dirname(resolve(file)) };
}

/** The bytes of a file named in a manifest, relative to its folder. */
export function readCaseFile({ folder }: Manifest, name: string): Buffer {
  return readFileSync(resolve(folder, name));
}
