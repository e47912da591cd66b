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

/** What a parser makes of strangers' bytes, or undefined if it refuses them: for what may be lacking and is no reason to fail. */
export function tolerate<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}
