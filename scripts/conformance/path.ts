import { PkiError } from '../../pki/error.ts';
import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { parseCrl } from '../../pki/crl/parse.ts';
import { historicAlgorithms } from '../../pki/path/algorithms.ts';
import { conformingIssuerRules, strictRules, type ProfileRule } from '../../pki/path/profile-rules.ts';
import { validatePath, type PathSettings, type PathVerdict } from '../../pki/path/validate.ts';
import { readCaseFile, type Case, type Manifest, type Outcome } from './manifest.ts';

/**
 * What a suite takes for granted and its cases do not say. PKITS holds serials of any sign to be valid (§4.4.14), BoringSSL takes
 * an anchor for a name and a key, x509-limbo holds issuers and anchors to the profile of RFC 5280 §4.
 */
const suiteSettings: readonly (Partial<PathSettings> & { suite: RegExp })[] = [
  { suite: /pkits/i, rules: without(strictRules, 'serial-positive') },
  { suite: /boringssl/i, rules: without(strictRules, 'serial-positive'), targetMustBeIssued: true, leadingDotConstraints: true },
  { suite: /limbo/i, rules: conformingIssuerRules, anchorValidity: true, anchorConstraints: true },
];

/** BoringSSL's tests write DEFAULT for a time; its harness takes this one. */
const boringDefaultTime = '2021-10-05T12:00:00Z';

function without(rules: readonly ProfileRule[], ...ids: string[]): ProfileRule[] {
  return rules.filter(({ id }) => !ids.includes(id));
}

/** Kind `path`: a certificate, a pool, lists and settings, to be found valid or invalid. */
export function runPathCase(test: Case, manifest: Manifest): Outcome[] {
  const verdict = judge(test, manifest);
  const found = typeof verdict === 'string' ? 'invalid' : verdict.valid ? 'valid' : 'invalid';
  const actual = typeof verdict === 'string' ? verdict : found === 'valid' ? 'valid' : verdict.reasons.map(reasonText).join('; ');
  return [{ id: test.id, status: found === test.expected ? 'passed' : 'failed', expected: String(test.expected), actual }];
}

function reasonText({ code, certificate, rule }: PathVerdict['reasons'][number]): string {
  return `${code}${certificate === undefined ? '' : ` [${certificate}]`} (${rule})`;
}

function judge(test: Case, manifest: Manifest): PathVerdict | string {
  let target: Certificate;
  try {
    target = parseCertificate(readCaseFile(manifest, test.target!));
  } catch (error) {
    if (error instanceof PkiError) return `target refused: ${error.message}`;
    throw error;
  }
  const certificates = (names: readonly string[] = []): Certificate[] => names.flatMap((name) => parsed(manifest, name, parseCertificate));
  return validatePath({
    target,
    anchors: certificates(test.anchors).map((certificate) => ({ certificate })),
    pool: certificates(test.intermediates),
    crls: (test.crls ?? []).flatMap((name) => parsed(manifest, name, parseCrl)),
    ocspResponses: [],
  }, settingsOf(test, manifest));
}

/** A pool may hold what does not parse: it is as if it were not there. */
function parsed<T>(manifest: Manifest, name: string, parse: (der: Uint8Array) => T): T[] {
  try {
    return [parse(readCaseFile(manifest, name))];
  } catch (error) {
    if (error instanceof PkiError) return [];
    throw error;
  }
}

function settingsOf({ settings = {}, time = '' }: Case, { suite }: Manifest): PathSettings {
  const { revocation, ...given } = settings;
  const { suite: _pattern, ...granted } = suiteSettings.find(({ suite: pattern }) => pattern.test(suite)) ?? { suite: /^/ };
  return {
    algorithms: historicAlgorithms,
    ...granted,
    ...given,
    time: new Date(Number.isNaN(Date.parse(time)) ? boringDefaultTime : time),
    revocation: revocation ? 'required' : 'none',
  };
}
