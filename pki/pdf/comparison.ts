import { PkiError } from '../error.ts';
import type { PdfDocument } from '../pdf-file/document.ts';
import { limits, PdfDict, PdfName, PdfRef, PdfStream, PdfString, type PdfValue } from '../pdf-file/objects.ts';
import { sameEntry } from '../pdf-file/xref.ts';

/** A difference between two revisions, before it is held against anybody's permissions. */
export interface RawChange {
  kind: 'dss' | 'document-timestamp' | 'signature' | 'signature-field' | 'form-filling' | 'annotation' | 'metadata' | 'structure' | 'forbidden';
  /** what must be permitted for it: nothing, metadata, forms (P 2), annotations (P 3), or it never is */
  level: 'archive' | 'metadata' | 'form' | 'annotation' | 'forbidden';
  code: string;
  /** permitted or not, a reader must be told: the page may show something else than was signed */
  warning: boolean;
  /** full name of the form field */
  field?: string;
  /** the field that this fills or signs, where a FieldMDP lock on it forbids that; an invisible signature in a field of its own fills nothing */
  fills?: string;
  /** object number */
  object?: number;
  /** the key or other detail */
  detail?: string;
}

/** What a difference is reported as. `drawn`: the value puts ink on a page. */
type Where = RawChange & { drawn: boolean };

/**
 * Walks the object graphs of two revisions in step. What the walk reaches must be the same in both;
 * objects of which another rule keeps account (`governed`) are left to that rule, except where they are drawn: a field
 * that also serves as a dictionary of resources may not be filled.
 */
export class Comparison {
  readonly old: PdfDocument;
  readonly now: PdfDocument;
  readonly changes: RawChange[] = [];
  readonly governed: Set<number>;
  private readonly queue: [PdfValue, PdfValue, Where][] = [];
  private readonly seen = new Map<string, Set<number | string>>();
  private readonly unreadable = new Set<number>();
  private readonly reported = new Set<string>();

  constructor(old: PdfDocument, now: PdfDocument, governed = new Set<number>()) {
    this.old = old;
    this.now = now;
    this.governed = governed;
  }

  report({ drawn: _drawn, ...change }: Omit<RawChange, 'warning'> & { warning?: boolean; drawn?: boolean }): void {
    const full = { warning: change.level === 'forbidden' || change.level === 'annotation', ...change };
    const key = JSON.stringify([full.code, full.object, full.field, full.detail]);
    // one more than is told of a signature, so that the count is seen to be exceeded
    if (this.reported.size > limits.changes || this.reported.has(key)) return;
    this.reported.add(key);
    this.changes.push(full);
  }

  /** Demands that two values be the same, all the way down; else a `forbidden` change of this code. */
  demandSame(a: PdfValue | undefined, b: PdfValue | undefined, where: Partial<Where> & { code: string }): void {
    if (a === b && isScalar(a)) return;
    this.queue.push([a ?? null, b ?? null, { kind: 'forbidden', level: 'forbidden', warning: true, drawn: false, ...where }]);
  }

  /** Whether two values differ anywhere below, each governed object aside. */
  differs(a: PdfValue | undefined, b: PdfValue | undefined): boolean {
    if (a === b && isScalar(a)) return false;
    const probe = new Comparison(this.old, this.now, this.governed);
    probe.demandSame(a, b, { code: 'differs' });
    probe.walk();
    return probe.changes.length > 0;
  }

  /** Finishes the walk; to be called once, when every governed object is known. */
  finish(): RawChange[] {
    this.walk();
    if (this.unreadable.size > 0 && this.hasUnvisitedChange()) {
      this.report({ kind: 'forbidden', level: 'forbidden', code: 'object-unreadable', object: Math.min(...this.unreadable) });
    }
    return this.changes;
  }

  private walk(): void {
    for (let next = this.queue.pop(); next; next = this.queue.pop()) {
      const [a, b, where] = next;
      this.now.source.budget.compare(1);
      if (!this.same(a, b, where)) this.report(where);
    }
  }

  /** A change of an object that existed before and that no rule has looked at: it may hang below what cannot be read. */
  private hasUnvisitedChange(): boolean {
    const visited = new Set<number | string>(this.governed);
    for (const seen of this.seen.values()) for (const key of seen) visited.add(key);
    for (const section of this.now.sections) {
      if (this.old.sections.includes(section)) return false;
      for (const [num, entry] of section.entries) {
        const before = this.old.entry(num);
        if (before && before.kind !== 'free' && !visited.has(num) && !sameEntry(before, entry)) return true;
      }
    }
    return false;
  }

  private same(a: PdfValue, b: PdfValue, where: Where): boolean {
    if (a instanceof PdfRef || b instanceof PdfRef) return this.sameRefs(a, b, where);
    if (Array.isArray(a)) {
      this.now.source.budget.compare(a.length);
      return Array.isArray(b) && a.length === b.length && a.every((item, i) => this.same(item, b[i]!, where));
    }
    if (a instanceof PdfDict) return b instanceof PdfDict && this.sameDicts(a, b, where);
    if (a instanceof PdfStream) return b instanceof PdfStream && this.sameDicts(a.dict, b.dict, where) && sameBytes(a, b);
    if (a instanceof PdfString) return b instanceof PdfString && Buffer.compare(a.bytes, b.bytes) === 0;
    if (a instanceof PdfName) return b instanceof PdfName && a.value === b.value;
    return a === b;
  }

  private sameDicts(a: PdfDict, b: PdfDict, where: Where): boolean {
    for (const [key, value] of a.entries) if (!this.same(value, b.get(key) ?? null, where)) return false;
    for (const [key, value] of b.entries) if (value !== null && !a.entries.has(key)) return false;
    return true;
  }

  private sameRefs(a: PdfValue, b: PdfValue, where: Where): boolean {
    const [x, y] = [a instanceof PdfRef ? a.num : -1, b instanceof PdfRef ? b.num : -1];
    if (x === y && !where.drawn && this.governed.has(x)) return true;
    const way = where.drawn ? `${where.code} drawn` : where.code;
    let seen = this.seen.get(way);
    if (!seen) this.seen.set(way, seen = new Set());
    const key = x === y ? x : `${x}:${y}`;
    if (x !== -1 && y !== -1) {
      if (seen.has(key)) return true;
      seen.add(key);
    }
    let values: [PdfValue, PdfValue];
    try {
      values = [this.old.resolve(a), this.now.resolve(b)];
    } catch (error) {
      if (!(error instanceof PkiError) || error.code === 'pdf-too-complex') throw error;
      this.unreadable.add(x);
      return x === y && sameEntry(this.old.entry(x), this.now.entry(x));
    }
    // not followed at once: linked lists such as outlines would fill the stack
    this.queue.push([values[0], values[1], where.object === undefined && x !== -1 ? { ...where, object: x } : where]);
    return true;
  }
}

function sameBytes(a: PdfStream, b: PdfStream): boolean {
  if (a.raw === b.raw) return true;
  return Buffer.compare(a.raw, b.raw) === 0 || Buffer.compare(a.content, b.content) === 0;
}

/** Whether a value leads nowhere else: what an object holds is shared by all revisions in which it stands. */
export function isScalar(value: PdfValue | undefined): boolean {
  return value === undefined || value === null || typeof value !== 'object' || value instanceof PdfString || value instanceof PdfName;
}
