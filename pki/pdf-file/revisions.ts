import { PdfDocument } from './document.ts';

/** One state the file has been in: what a viewer of its first `end` bytes would show. */
export interface Revision {
  /** counted from 1, the oldest */
  number: number;
  document: PdfDocument;
  /** where its first cross-reference section stands: a signature that ends before it does not cover the revision */
  offset: number;
  /** just after its `%%EOF`; undefined where it is not closed, or by a `startxref` that points elsewhere */
  end: number | undefined;
}

/**
 * The revisions from the oldest to the newest. The two sections of a linearized file are one revision:
 * there, and only there, `Prev` points forward (ISO 32000-2 Annex F.3.4).
 */
export function revisionsOf(newest: PdfDocument): Revision[] {
  const { sections, source } = newest;
  const revisions: Revision[] = [];
  for (let i = 0; i < sections.length;) {
    const head = sections[i]!;
    let last = i;
    while (sections[last + 1] !== undefined && sections[last + 1]!.offset > sections[last]!.offset) last++;
    const closing = sections[last]!;
    revisions.unshift({
      number: 0,
      document: i === 0 ? newest : new PdfDocument(source, sections.slice(i)),
      offset: Math.max(...sections.slice(i, last + 1).map(({ offset }) => offset)),
      end: closing.startxref === head.offset ? closing.end : undefined,
    });
    i = last + 1;
  }
  revisions.forEach((revision, i) => {
    revision.number = i + 1;
  });
  return revisions;
}

/** The newest revision whose cross-references begin inside the first `end` bytes. */
export function revisionWithin(revisions: readonly Revision[], end: number): Revision | undefined {
  return revisions.findLast((revision) => revision.offset < end);
}
