import type { Message } from './report.ts';

type Level = Message['level'];

/** Every message a report can hold, and how grave it is. Its words are in the table of the verification noun. */
export const messageLevels = {
  // what the file is
  'no-signature-found': 'error',
  'format-broken': 'error',
  'byte-range-invalid': 'error',
  'signature-dictionary-invalid': 'error',
  'document-structure-ambiguous': 'error',
  'several-signers': 'error',
  'unsupported-signature-format': 'error',
  'signature-policy-unknown': 'error',
  // who signed
  'signing-certificate-missing': 'error',
  'signing-certificate-ambiguous': 'error',
  'signing-certificate-mismatch': 'error',
  'signing-certificate-unbound': 'warning',
  'signing-certificate-unreadable': 'error',
  // what was signed
  'content-changed': 'error',
  'signature-broken': 'error',
  'signed-content-missing': 'error',
  'content-given-twice': 'error',
  // the files of a container
  'file-not-signed': 'error',
  'file-not-signed-by-all': 'warning',
  'file-name-twice': 'error',
  'file-changed': 'error',
  'container-entry-unread': 'warning',
  // the chain
  'chain-not-trusted': 'error',
  'chain-invalid': 'error',
  'chain-unsuitable': 'error',
  'issuer-missing': 'error',
  'certificate-expired': 'error',
  'certificate-not-yet-valid': 'error',
  'expired-after-signing': 'info',
  // status
  'status-missing': 'error',
  'status-outdated': 'error',
  'status-before-signing': 'error',
  'proof-of-existence-missing': 'error',
  'certificate-revoked': 'error',
  'certificate-on-hold': 'error',
  'issuer-revoked': 'error',
  'compromised-before-signing': 'error',
  'revoked-after-signing': 'warning',
  // cryptography and attributes
  'algorithm-not-allowed': 'error',
  'algorithm-not-known': 'error',
  'certificate-algorithm-weak': 'error',
  'key-too-short': 'error',
  'attribute-missing': 'error',
  'attribute-wrong': 'error',
  'key-usage-unsuitable': 'error',
  // time
  'time-only-claimed': 'info',
  'time-proven': 'info',
  'claimed-time-local-as-utc': 'warning',
  'claimed-time-after-proof': 'warning',
  'claimed-time-in-future': 'warning',
  'proof-before-certificate': 'error',
  'timestamp-broken': 'warning',
  'timestamp-untrusted': 'warning',
  'timestamp-order-wrong': 'error',
  'timestamp-failed': 'error',
  'timestamp-too-late': 'error',
  // what came after
  'changed-after-signing': 'error',
  'changed-against-permission': 'error',
  'attack-content-replaced': 'error',
  'attack-pages-changed': 'error',
  'attack-annotation': 'error',
  'attack-signature-field': 'error',
  'attack-signature-forged': 'error',
  'attack-content-appended': 'error',
  'attack-certification': 'error',
  'attack-wrapping': 'error',
  'signature-picture-covers': 'warning',
  'signature-field-covered': 'warning',
  'annotations-overlap': 'warning',
  'form-filled-after-signing': 'warning',
  'annotated-after-signing': 'warning',
  'signed-again-after': 'info',
  'evidence-added-after': 'info',
  'changed-harmlessly-after': 'warning',
  'not-whole-document': 'warning',
  'signed-part': 'info',
  'text-cut-by-comment': 'warning',
  // who it says it comes from
  'issuing-body-matches': 'info',
  'issuing-body-differs': 'warning',
  // for the reader
  'valid-signature': 'info',
} as const satisfies Record<string, Level>;

export type MessageCode = keyof typeof messageLevels;

/** A message at its level. @param facts places in its words; never bytes of the document */
export function message(code: MessageCode, facts: Message['facts'] = {}): Message {
  return { code, level: messageLevels[code], facts };
}
