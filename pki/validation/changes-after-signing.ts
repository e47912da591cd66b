import type { CandidateChange } from './candidate.ts';
import { message, type MessageCode } from './messages.ts';
import type { ValidationPolicy } from './policy.ts';
import type { BuildingBlock, Message, ReportedChange } from './report.ts';

const codeOfKind: Readonly<Record<string, MessageCode>> = {
  dss: 'evidence-added-after',
  'document-timestamp': 'evidence-added-after',
  signature: 'signed-again-after',
  'form-filling': 'form-filled-after-signing',
  annotation: 'annotated-after-signing',
  'signature-field': 'signed-again-after',
};

/**
 * What later revisions did to a signed document, as a verdict of its own: EN 319 102-1 leaves it to the format
 * (ISO 32000-2 §12.8.2.2). A change that is not allowed never leaves TOTAL-PASSED standing.
 */
export function judgeChanges(changes: readonly CandidateChange[], policy: ValidationPolicy): BuildingBlock & { messages: Message[] } {
  const messages = new Map<string, Message>();
  let forbidden = false;
  for (const change of changes) {
    const refused = !change.allowed || (!policy.acceptAllowedChanges && !isHarmless(change));
    forbidden ||= refused;
    const found = refused ? refusal(change) : remark(change);
    messages.set(`${found.code} ${change.code}`, found);
  }
  return {
    name: 'changes-after-signing',
    indication: forbidden ? 'INDETERMINATE' : 'TOTAL-PASSED',
    subIndication: forbidden ? 'SIG_CONSTRAINTS_FAILURE' : null,
    messages: [...messages.values()].slice(0, 20),
  };
}

/** The changes as the report lists them; a document with thousands of them gets the first two hundred. */
export function reportChanges(changes: readonly CandidateChange[]): ReportedChange[] {
  return changes.slice(0, 200).map(({ revision, kind, allowed, code, detail }) => ({ revision, kind, allowed, code, detail: detail ?? null }));
}

function isHarmless({ kind }: CandidateChange): boolean {
  return kind === 'dss' || kind === 'document-timestamp' || kind === 'signature';
}

/** Allowed, and only worth a warning where it may deceive a reader. */
function remark({ kind, code, revision, warning }: CandidateChange): Message {
  return { ...message(codeOfKind[kind] ?? 'changed-harmlessly-after', { detail: code, revision }), level: warning ? 'warning' : 'info' };
}

function refusal({ code, detail, revision }: CandidateChange): Message {
  return message('changed-after-signing', { detail: detail ? `${code}: ${detail}` : code, revision });
}
