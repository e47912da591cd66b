/** One rule of a lint as a row: what it is called, where it stands, since when it holds, how it is checked. */
export interface LintRule<T> {
  id: string;
  /** an error stops the signature; the others are recorded */
  level: 'error' | 'warning' | 'notice';
  /** the document and section, as in 'RFC 5280 §4.1.2.2' */
  source: string;
  /** ISO date from which the rule holds */
  since: string;
  /** true when the subject keeps the rule */
  check(subject: T): boolean;
}

export interface LintFinding {
  id: string;
  level: 'error' | 'warning' | 'notice';
  source: string;
}

/** The rules the subject breaks, in the order of the rows. A check that throws counts as broken: nothing passes by accident. */
export function runLint<T>(rules: readonly LintRule<T>[], subject: T): LintFinding[] {
  return rules.filter((rule) => !keeps(rule, subject)).map(({ id, level, source }) => ({ id, level, source }));
}

function keeps<T>(rule: LintRule<T>, subject: T): boolean {
  try {
    return rule.check(subject);
  } catch {
    return false;
  }
}
