import type { RawChange } from './comparison.ts';
import { catalogOf, type PdfDocument } from '../pdf-file/document.ts';
import { isName, type PdfDict, PdfName, PdfString, textOf } from '../pdf-file/objects.ts';

/** What the signed revision lets later revisions do. */
export interface Permissions {
  /** of the certification signature or of the signer's own lock, the stricter one; undefined if none is set */
  docMdp: 1 | 2 | 3 | undefined;
  certifies: boolean;
  locks: FieldLock[];
}

interface FieldLock { action: 'All' | 'Include' | 'Exclude'; fields: ReadonlySet<string> }

/** DocMDP and FieldMDP (ISO 32000-2 §12.8.2.2, §12.8.2.4) in force once this signature is made. */
export function permissionsOf(signed: PdfDocument, signature: PdfDict): Permissions {
  const own = transforms(signed, signature);
  const perms = signed.dict(catalogOf(signed).get('Perms'));
  const certification = signed.dict(perms?.get('DocMDP'));
  const levels = [...own, ...(certification ? transforms(signed, certification) : [])];
  const allowed = levels.flatMap(({ method, parameters }) => (method === 'DocMDP' ? [levelOf(signed, parameters) ?? 2] : levelOf(signed, parameters) ?? []));
  return {
    docMdp: allowed.length === 0 ? undefined : (Math.min(...allowed) as 1 | 2 | 3),
    certifies: own.some(({ method }) => method === 'DocMDP'),
    locks: levels.flatMap(({ method, parameters }) => (method === 'FieldMDP' ? lockOf(signed, parameters) : [])),
  };
}

interface Transform { method: string; parameters: PdfDict | undefined }

function transforms(document: PdfDocument, signature: PdfDict): Transform[] {
  return (document.array(signature.get('Reference')) ?? []).flatMap((item) => {
    const reference = document.dict(item);
    const method = document.resolve(reference?.get('TransformMethod'));
    return method instanceof PdfName ? [{ method: method.value, parameters: document.dict(reference?.get('TransformParams')) }] : [];
  });
}

function levelOf(document: PdfDocument, parameters: PdfDict | undefined): 1 | 2 | 3 | undefined {
  const p = document.resolve(parameters?.get('P'));
  return p === 1 || p === 2 || p === 3 ? p : undefined;
}

function lockOf(document: PdfDocument, parameters: PdfDict | undefined): FieldLock[] {
  const action = document.resolve(parameters?.get('Action'));
  const names = (document.array(parameters?.get('Fields')) ?? []).map(document.resolve);
  const fields = new Set(names.flatMap((name) => (name instanceof PdfString ? [textOf(name)] : [])));
  for (const known of ['Include', 'Exclude'] as const) if (isName(action, known)) return [{ action: known, fields }];
  // an action that is not known locks all: refused rather than guessed
  return [{ action: 'All', fields }];
}

/** Whether a change stays within the permissions. Without a certification the rules of P 2 hold. */
export function isAllowed(change: RawChange, { docMdp = 2, locks }: Permissions): boolean {
  switch (change.level) {
    case 'archive': return true;
    case 'metadata': return docMdp >= 2;
    case 'form': return docMdp >= 2 && !(change.fills !== undefined && locks.some((lock) => isLocked(lock, change.fills!)));
    case 'annotation': return docMdp === 3;
    case 'forbidden': return false;
  }
}

function isLocked({ action, fields }: FieldLock, name: string): boolean {
  if (action === 'All') return true;
  // a name stands for the field and everything below it (Table 256)
  const named = [...fields].some((field) => name === field || name.startsWith(`${field}.`));
  return action === 'Include' ? named : !named;
}
