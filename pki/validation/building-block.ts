import type { BlockCheck, BuildingBlock, BuildingBlockName, Conclusion } from './report.ts';

/** Where ETSI EN 319 102-1 V1.3.1 describes each block. */
const clauses: Readonly<Record<BuildingBlockName, string>> = {
  'format-checking': '5.2.2',
  'identification-of-signing-certificate': '5.2.3',
  'validation-context-initialization': '5.2.4',
  'revocation-freshness': '5.2.5',
  'certificate-validation': '5.2.6',
  'cryptographic-verification': '5.2.7',
  'signature-acceptance': '5.2.8',
  'basic-signature': '5.3',
  'timestamp-validation': '5.4',
  'signature-with-time': '5.5',
  'past-certificate-validation': '5.6.2.1',
  'validation-time-sliding': '5.6.2.2',
  'past-signature-validation': '5.6.2.4',
  'long-term-validation': '5.6.3',
  'changes-after-signing': 'ISO 32000-2 12.8.2.2',
};

/** A block of the report. @param at the time it was judged for */
export function blockOf(name: BuildingBlockName, { indication, subIndication }: Conclusion, checks: BlockCheck[] = [], at: Date | null = null): BuildingBlock {
  return { name, indication, subIndication, clause: clauses[name], at, checks };
}

export const checked = (constraint: string, met: boolean, detail: string | null = null): BlockCheck => ({ constraint, met, detail });

export const conclusionOf = ({ indication, subIndication }: Conclusion): Conclusion => ({ indication, subIndication });
