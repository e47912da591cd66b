/** What a parser or builder of `pki` throws: a code, where it stumbled, and the rule it kept. */
export class PkiError extends Error {
  readonly code: string;
  readonly rule: string;
  readonly offset: number | undefined;

  constructor(code: string, where: { rule: string; offset?: number }) {
    super(`${code} (${where.rule})`);
    this.name = 'PkiError';
    this.code = code;
    this.rule = where.rule;
    this.offset = where.offset;
  }
}
