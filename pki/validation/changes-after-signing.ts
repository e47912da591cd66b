import type { CandidateChange } from './candidate.ts';
import { blockOf, checked } from './building-block.ts';
import { passed } from './conclusion.ts';
import { message, type MessageCode } from './messages.ts';
import type { ValidationPolicy } from './policy.ts';
import type { BuildingBlock, Message, ReportedChange } from './report.ts';

/** How an allowed change is told, by its kind. */
const codeOfKind: Readonly<Record<string, MessageCode>> = {
  dss: 'evidence-added-after',
  'document-timestamp': 'evidence-added-after',
  signature: 'signed-again-after',
  'form-filling': 'form-filled-after-signing',
  annotation: 'annotated-after-signing',
  'signature-field': 'signed-again-after',
};

/** The manipulation that a change is, by the names of the literature in pki/pdf/README.md and pki/xml/README.md; the rest is merely a change. */
const manipulations: Readonly<Record<MessageCode & `attack-${string}`, readonly string[]>> = {
  'attack-content-replaced': ['page-content-changed', 'page-resources-changed', 'page-geometry-changed', 'page-changed', 'page-tree-replaced',
    'appearance-replaced', 'form-resources-changed', 'xfa-changed', 'layers-changed'],
  'attack-pages-changed': ['page-added', 'page-removed', 'page-replaced', 'page-count-changed'],
  'attack-annotation': ['annotation-added', 'annotation-changed', 'annotation-removed', 'annotations-reordered', 'widget-added'],
  'attack-signature-field': ['sneaky-signature-field', 'appearance-covers-page', 'annotation-overlap'],
  'attack-signature-forged': ['signature-replaced', 'signature-removed', 'coverage-unknown', 'contents-padding'],
  'attack-content-appended': ['signed-revision-skipped', 'signed-revision-not-closed', 'bytes-after-end', 'revision-not-closed'],
  'attack-certification': ['certification-not-first', 'permissions-changed'],
  'attack-wrapping': ['signed-part-doubled'],
};

const manipulationOf = new Map(Object.entries(manipulations).flatMap(([code, changes]) => changes.map((change) => [change, code as MessageCode])));

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
  const conclusion = forbidden ? { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' } as const : passed;
  return { ...blockOf('changes-after-signing', conclusion, [checked('only-permitted-changes', !forbidden)]), messages: [...messages.values()].slice(0, 20) };
}

/** The changes as the report lists them; a document with thousands of them gets the first two hundred. */
export function reportChanges(changes: readonly CandidateChange[]): ReportedChange[] {
  return changes.slice(0, 200).map(({ revision, kind, allowed, code, detail }) => ({ revision, kind, allowed, code, detail: detail ?? null }));
}

function isHarmless({ kind, warning }: CandidateChange): boolean {
  return !warning && (kind === 'dss' || kind === 'document-timestamp' || kind === 'signature');
}

/** Allowed, and only worth a warning where it may deceive a reader. */
function remark({ kind, code, revision, warning }: CandidateChange): Message {
  const covers = kind === 'signature' && warning ? 'signature-picture-covers' : undefined;
  return { ...message(covers ?? codeOfKind[kind] ?? 'changed-harmlessly-after', { detail: code, revision }), level: warning ? 'warning' : 'info' };
}

/** Named as the manipulation it is; what a form or a signature may do elsewhere is against the signer's wish here. */
function refusal({ code, detail, revision, kind }: CandidateChange): Message {
  const named = manipulationOf.get(code) ?? (kind === 'forbidden' ? 'changed-after-signing' : 'changed-against-permission');
  return message(named, { detail: detail ? `${code}: ${detail}` : code, revision });
}
