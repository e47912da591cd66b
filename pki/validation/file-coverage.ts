import type { SignatureCandidate } from './candidate.ts';
import { message } from './messages.ts';
import type { Message, ReportedFile } from './report.ts';

/** A file that no signature is over is not signed, whatever lies beside it; a timestamp alone is no signature. */
export function judgeCoverage(files: readonly ReportedFile[], candidates: readonly SignatureCandidate[]): Message[] {
  const signatures = candidates.filter(({ type, counterSigns }) => type === 'signature' && counterSigns === undefined).map(({ id }) => id);
  const counting = signatures.length > 0 ? signatures : candidates.map(({ id }) => id);
  return files.flatMap(({ name, coveredBy: ids }) => {
    const covering = counting.filter((id) => ids.includes(id));
    if (covering.length === 0) return [message('file-not-signed', { name: shown(name) })];
    return covering.length < counting.length ? [message('file-not-signed-by-all', { name: shown(name), signatures: covering.join(', ') })] : [];
  });
}

/** Names are strangers' text: enough of it to be recognised. */
export const shown = (name: string): string => name.slice(0, 120);
