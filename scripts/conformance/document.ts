import { PkiError } from '../../pki/error.ts';
import { noEvidence } from '../../pki/validation/evidence.ts';
import { publicServicePolicy } from '../../pki/validation/policy.ts';
import type { Message, SignatureReport, ValidationReport } from '../../pki/validation/report.ts';
import { validateDocument } from '../../pki/validation/validate.ts';
import { readCaseFile, type Case, type Manifest, type Outcome } from './manifest.ts';

interface ExpectedSignature { field: string; intact: boolean; wholeDocument: boolean; changes: string; timestamp: boolean }
interface Expected { signatures?: ExpectedSignature[]; attack?: boolean; changesReported?: boolean }

/** One moment for every case, so that a run can be repeated. */
const validationTime = new Date('2026-07-01T00:00:00Z');

/** What a report says of a document besides trust, time and status, which no case here can know without anchors. */
const trustCodes = /^(chain|issuer|certificate|status|expired|revoked|compromised|time|claimed|timestamp|proof|valid|key-usage|key-too|algorithm)-/;

/** Kind `document`: a signed PDF judged for integrity alone. */
export function runDocumentCase(test: Case, manifest: Manifest): Outcome[] {
  const expected = test.expected as Expected;
  const report = reportOf(readCaseFile(manifest, test.file!));
  const problems = typeof report === 'string' ? unreadable(report, expected) : judge(report, expected);
  const text = expected.signatures ? `${expected.signatures.length} signatures as listed` : JSON.stringify(expected);
  return [{ id: test.id, status: problems.length === 0 ? 'passed' : 'failed', expected: text, actual: problems.join('; ') || 'as expected' }];
}

function reportOf(file: Uint8Array): ValidationReport | string {
  try {
    return validateDocument({ file, validationTime, policy: publicServicePolicy, anchors: [], evidence: noEvidence }).report;
  } catch (error) {
    if (error instanceof PkiError) return error.message;
    throw error;
  }
}

/** A document that cannot be read is no passed attack, but no signature was found in it either. */
function unreadable(why: string, { attack, signatures }: Expected): string[] {
  if (attack === true || signatures?.every(({ intact }) => !intact)) return [];
  return [`refused: ${why}`];
}

function judge(report: ValidationReport, expected: Expected): string[] {
  const problems: string[] = [];
  for (const signature of expected.signatures ?? []) {
    const found = report.signatures.find(({ field }) => field === signature.field);
    if (found) problems.push(...compare(found, signature));
    else problems.push(`${signature.field}: not found among ${report.signatures.map(({ field }) => field).join(', ') || 'none'}`);
  }
  const changes = report.signatures.flatMap(({ coverage }) => coverage?.changesAfter ?? []);
  if (expected.changesReported && changes.length === 0) problems.push('no changes listed');
  if (expected.attack !== undefined) problems.push(...judgeAttack(report, expected.attack));
  return problems;
}

function compare(found: SignatureReport, { field, intact, wholeDocument, changes, timestamp }: ExpectedSignature): string[] {
  const problems: string[] = [];
  const wrong = (what: string): number => problems.push(`${field}: ${what} [${found.indication} ${found.subIndication} ${codes(found.messages)}]`);
  if (intact === (found.indication === 'TOTAL-FAILED')) wrong(`intact ${intact}`);
  if (found.coverage?.wholeDocument !== wholeDocument) wrong(`wholeDocument ${wholeDocument}`);
  if ((found.type === 'document-timestamp') !== timestamp) wrong(`timestamp ${timestamp}`);
  if (changes === 'OTHER' && (found.coverage?.changesAfter.length === 0 || found.indication === 'TOTAL-PASSED')) wrong('changes not listed');
  return problems;
}

/** An attack must be named; without anchors nothing passes, so the warnings are what counts. */
function judgeAttack(report: ValidationReport, attack: boolean): string[] {
  const named = [...report.messages, ...report.signatures.flatMap(({ messages }) => messages)]
    .filter(({ level, code }) => level !== 'info' && !trustCodes.test(code));
  const forbidden = report.signatures.flatMap(({ coverage }) => coverage?.changesAfter ?? []).filter(({ allowed }) => !allowed);
  if (attack) return named.length + forbidden.length > 0 && report.conclusion.indication !== 'TOTAL-PASSED' ? [] : ['attack not named'];
  const whole = report.signatures.every(({ coverage, indication }) => coverage?.wholeDocument && indication !== 'TOTAL-FAILED');
  return whole && named.length === 0 ? [] : [`control: ${codes(named)}`];
}

function codes(messages: readonly Message[]): string {
  return messages.map(({ code }) => code).join(' ');
}
