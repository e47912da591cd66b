import { PkiError } from '../error.ts';
import { Comparison, type RawChange } from './comparison.ts';
import { compareForm } from './form-changes.ts';
import { comparePages } from './page-changes.ts';
import { catalogOf, type PdfDocument } from '../pdf-file/document.ts';
import { PdfRef, type PdfValue } from '../pdf-file/objects.ts';

/** Catalog keys that say which version and extensions the file uses: a DSS demands an entry (ISO 32000-2 §7.12). */
const versions = new Set(['Extensions', 'Version']);

/**
 * What changed between a revision and the next, seen from the trailer and the catalog: each difference in anything
 * reachable is reported, whatever object carries it. An object that is not reachable in either does not count, nor
 * does a trailer key that ISO 32000-2 Table 15 does not know.
 */
export function compareRevisions(old: PdfDocument, now: PdfDocument): RawChange[] {
  const comparison = new Comparison(old, now);
  try {
    comparison.demandSame(old.trailer.get('Encrypt'), now.trailer.get('Encrypt'), { code: 'encryption-changed' });
    if (comparison.differs(old.trailer.get('Info'), now.trailer.get('Info'))) {
      comparison.report({ kind: 'metadata', level: 'metadata', code: 'metadata-changed', detail: 'Info' });
    }
    compareCatalogs(comparison);
    return comparison.finish();
  } catch (error) {
    if (!(error instanceof PkiError) || error.code === 'pdf-too-complex') throw error;
    comparison.report({ kind: 'forbidden', level: 'forbidden', code: 'revision-unreadable', detail: error.code });
    return comparison.changes;
  }
}

function compareCatalogs(comparison: Comparison): void {
  const { old, now } = comparison;
  const [oldRoot, newRoot] = [old.trailer.get('Root'), now.trailer.get('Root')];
  // some writers give the catalog a new number; what it holds is compared all the same
  for (const root of [oldRoot, newRoot]) if (root instanceof PdfRef) comparison.governed.add(root.num);
  const [a, b] = [catalogOf(old), catalogOf(now)];
  const drawn = compareForm(comparison, a.get('AcroForm'), b.get('AcroForm'));
  comparePages(comparison, a.get('Pages'), b.get('Pages'), drawn);
  const keys = new Set([...a.entries.keys(), ...b.entries.keys()].filter((key) => key !== 'AcroForm' && key !== 'Pages'));
  for (const key of keys) compareEntry(comparison, key, a.get(key), b.get(key));
}

function compareEntry(comparison: Comparison, key: string, a: PdfValue | undefined, b: PdfValue | undefined): void {
  if (key === 'DSS') {
    if (comparison.differs(a, b)) comparison.report({ kind: 'dss', level: 'archive', code: 'dss-updated' });
  } else if (versions.has(key)) {
    if (comparison.differs(a, b)) comparison.report({ kind: 'dss', level: 'archive', code: 'extensions-changed', detail: key });
  } else if (key === 'Metadata') {
    if (comparison.differs(a, b)) comparison.report({ kind: 'metadata', level: 'metadata', code: 'metadata-changed', detail: key });
  } else if (key === 'StructTreeRoot' || key === 'MarkInfo') {
    // tags carry no ink, but what a screen reader says may change
    comparison.demandSame(a, b, { code: 'structure-changed', kind: 'structure', level: 'form', warning: true });
  } else if (key === 'OCProperties') comparison.demandSame(a, b, { code: 'layers-changed' });
  else if (key === 'Perms') comparison.demandSame(a, b, { code: 'permissions-changed' });
  else comparison.demandSame(a, b, { code: 'catalog-changed', detail: key });
}
