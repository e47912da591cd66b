import { oids } from '../asn1/oids.ts';
import { extensionName } from '../certificate/extensions.ts';
import type { Certificate } from '../certificate/parse.ts';
import { isUsableKey } from '../keys/curve-point.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { compareNames } from '../name/compare.ts';
import type { Name } from '../name/parse.ts';
import { algorithmTable, refusalOf, keyRefusalOf } from './algorithms.ts';
import { ConstrainedNames, matchesServerName } from './names.ts';
import { ValidPolicyGraph } from './policies.ts';
import { strictRules, type PathRole } from './profile-rules.ts';
import type { PathReason, PathReasonCode, PathSettings, TrustAnchor } from './settings.ts';
import type { Work } from './work.ts';

/** The state variables of RFC 5280 §6.1.2, with RFC 9618's graph in place of the tree. */
interface State {
  validPolicyGraph: ValidPolicyGraph;
  /** permitted_subtrees and excluded_subtrees */
  subtrees: ConstrainedNames;
  explicitPolicy: number;
  inhibitAnyPolicy: number;
  policyMapping: number;
  workingPublicKey: PublicKey;
  workingIssuerName: Name;
  maxPathLength: number;
}

/** One path being judged: its fixed inputs and the reasons found so far. */
interface Run {
  settings: PathSettings;
  work: Work;
  /** certificate i of the RFC is `path[n - i]`: the target is path[0] */
  path: readonly Certificate[];
  n: number;
  state: State;
  reasons: PathReason[];
}

export interface Processed { reasons: PathReason[]; policies: string[] }

/** RFC 5280 §4.2: what this module, names.ts, revocation and the rules process when it is critical. */
const processedExtensions: ReadonlySet<string> = new Set([
  oids.subjectKeyIdentifier, oids.authorityKeyIdentifier, oids.keyUsage, oids.certificatePolicies, oids.policyMappings,
  oids.subjectAltName, oids.issuerAltName, oids.basicConstraints, oids.nameConstraints, oids.policyConstraints, oids.extKeyUsage,
  oids.crlDistributionPoints, oids.inhibitAnyPolicy, oids.freshestCrl, oids.authorityInfoAccess, oids.ocspNoCheck,
]);

const isSelfIssued = ({ issuer, subject }: Certificate): boolean => compareNames(issuer, subject);

/**
 * Basic path processing (RFC 5280 §6.1) over one path, status apart. It does not stop at the first failure: all reasons count
 * for the choice between paths. @param path target first, the last one issued by the anchor; empty for a target that is the anchor
 * @throws WorkLimit
 */
export function processPath(path: readonly Certificate[], anchor: TrustAnchor, settings: PathSettings, work: Work): Processed {
  const run: Run = { settings, work, path, n: path.length, state: initialState(path.length, anchor, settings), reasons: [] };
  judgeAnchor(run, anchor.certificate);
  for (let i = 1; i <= run.n; i++) {
    processCertificate(run, i);
    if (i < run.n) prepareForNext(run, i);
  }
  const policies = wrapUp(run);
  judgeTarget(run, path[0] ?? anchor.certificate);
  const intermediates = path.slice(1).filter((certificate) => !isSelfIssued(certificate)).length;
  if (intermediates > (settings.maxIntermediates ?? Infinity)) fail(run, 'path-too-long', 0, `at most ${settings.maxIntermediates} intermediates`);
  return { reasons: run.reasons, policies };
}

/** @param i number of the certificate in the RFC's order, 1 is issued by the anchor, 0 is the anchor */
function fail({ reasons, n }: Run, code: PathReasonCode, i: number, rule: string): void {
  reasons.push({ code, certificate: n - i, rule });
}

/** §6.1.2, and RFC 5937 §3 where the anchor's own constraints count. */
function initialState(n: number, { certificate }: TrustAnchor, settings: PathSettings): State {
  const constraints = settings.anchorConstraints ? certificate : undefined;
  const subtrees = new ConstrainedNames(settings.leadingDotConstraints ?? false);
  if (constraints?.nameConstraints) subtrees.add(constraints.nameConstraints);
  return {
    validPolicyGraph: new ValidPolicyGraph(),
    subtrees,
    explicitPolicy: settings.initialExplicitPolicy ? 0 : Math.min(n + 1, constraints?.policyConstraints?.requireExplicitPolicy ?? n + 1),
    inhibitAnyPolicy: settings.initialAnyPolicyInhibit ? 0 : Math.min(n + 1, constraints?.inhibitAnyPolicy ?? n + 1),
    policyMapping: settings.initialPolicyMappingInhibit ? 0 : Math.min(n + 1, constraints?.policyConstraints?.inhibitPolicyMapping ?? n + 1),
    workingPublicKey: certificate.publicKey,
    workingIssuerName: certificate.subject,
    maxPathLength: Math.min(n, constraints?.basicConstraints?.pathLength ?? n),
  };
}

/** §6.1.3 (a) to (f), without (a)(3). */
function processCertificate(run: Run, i: number): void {
  const { state, n, settings, work } = run;
  const certificate = run.path[n - i]!;
  judgeSignature(run, i, certificate);
  judgeValidity(run, i, certificate);
  if (!compareNames(certificate.issuer, state.workingIssuerName)) fail(run, 'name-mismatch', i, 'RFC 5280 §6.1.3 (a)(4)');
  if (i === n || !isSelfIssued(certificate)) {
    const violation = state.subtrees.violation(certificate, work);
    if (violation) fail(run, 'name-constraints', i, `RFC 5280 §6.1.3 (b), (c): ${violation}`);
  }
  state.validPolicyGraph.addCertificate(certificate.certificatePolicies, state.inhibitAnyPolicy > 0 || (i < n && isSelfIssued(certificate)));
  if (state.explicitPolicy === 0 && state.validPolicyGraph.isNull) fail(run, 'policy', i, 'RFC 5280 §6.1.3 (f)');
  judgeExtensions(run, i, certificate);
  judgePurpose(run, i, certificate);
  judgeRules(run, i, certificate, i === n ? 'target' : 'intermediate');
  const key = keyRefusalOf(certificate.publicKey, settings.time, settings.algorithms ?? algorithmTable);
  if (key) fail(run, 'algorithm-not-acceptable', i, key.source);
  // the keys of issuers prove themselves by what they signed
  if (i === n && !isUsableKey(certificate.publicKey)) fail(run, 'key-not-supported', i, 'RFC 5280 §4.1.2.7');
}

/** §6.1.3 (a)(1), with the agreement of §4.1.1.2 and the dated table. */
function judgeSignature(run: Run, i: number, certificate: Certificate): void {
  const { state, settings, work } = run;
  if (Buffer.compare(certificate.signatureAlgorithm.der, certificate.tbsSignatureAlgorithm.der) !== 0) {
    fail(run, 'algorithm-mismatch', i, 'RFC 5280 §4.1.1.2');
  }
  const verdict = work.verify(certificate, state.workingPublicKey, certificate.basicConstraints?.ca ?? false);
  if (!verdict.valid) fail(run, verdict.reason, i, 'RFC 5280 §6.1.3 (a)(1)');
  const refusal = refusalOf(certificate.signatureAlgorithm, state.workingPublicKey, settings.time, settings.algorithms ?? algorithmTable);
  if (refusal) fail(run, 'algorithm-not-acceptable', i, refusal.source);
}

/** §6.1.3 (a)(2); both ends are inside, fractions of a second are cut off (§4.1.2.5 knows seconds only). */
function judgeValidity(run: Run, i: number, { notBefore, notAfter }: Certificate): void {
  const time = Math.floor(run.settings.time.getTime() / 1000) * 1000;
  if (time < notBefore.getTime()) fail(run, 'not-yet-valid', i, 'RFC 5280 §6.1.3 (a)(2)');
  if (time > notAfter.getTime()) fail(run, 'expired', i, 'RFC 5280 §6.1.3 (a)(2)');
}

/** §6.1.4 (a) to (n): the certificate as issuer of the next. */
function prepareForNext(run: Run, i: number): void {
  const { state } = run;
  const certificate = run.path[run.n - i]!;
  const { policyMappings, nameConstraints, basicConstraints, keyUsage } = certificate;
  if (policyMappings) mapPolicies(run, i, policyMappings);
  state.workingIssuerName = certificate.subject;
  state.workingPublicKey = certificate.publicKey;
  if (nameConstraints) state.subtrees.add(nameConstraints);
  advancePolicyCounters(state, certificate);
  if (certificate.version !== 3 || !basicConstraints?.ca) fail(run, 'not-a-ca', i, 'RFC 5280 §6.1.4 (k)');
  if (!isSelfIssued(certificate)) {
    if (state.maxPathLength === 0) fail(run, 'path-too-long', i, 'RFC 5280 §6.1.4 (l)');
    else state.maxPathLength--;
  }
  state.maxPathLength = Math.min(state.maxPathLength, basicConstraints?.pathLength ?? Infinity);
  if (keyUsage && !keyUsage.has('keyCertSign')) fail(run, 'key-usage', i, 'RFC 5280 §6.1.4 (n)');
}

/** §6.1.4 (a), (b). */
function mapPolicies(run: Run, i: number, mappings: NonNullable<Certificate['policyMappings']>): void {
  const { validPolicyGraph, policyMapping } = run.state;
  if (mappings.some((each) => each.issuerDomainPolicy === oids.anyPolicy || each.subjectDomainPolicy === oids.anyPolicy)) {
    fail(run, 'policy-mapping', i, 'RFC 5280 §6.1.4 (a)');
  }
  validPolicyGraph.map(mappings, policyMapping);
}

/** §6.1.4 (h), (i), (j). */
function advancePolicyCounters(state: State, certificate: Certificate): void {
  if (!isSelfIssued(certificate)) {
    state.explicitPolicy = Math.max(0, state.explicitPolicy - 1);
    state.policyMapping = Math.max(0, state.policyMapping - 1);
    state.inhibitAnyPolicy = Math.max(0, state.inhibitAnyPolicy - 1);
  }
  const { policyConstraints, inhibitAnyPolicy } = certificate;
  state.explicitPolicy = Math.min(state.explicitPolicy, policyConstraints?.requireExplicitPolicy ?? Infinity);
  state.policyMapping = Math.min(state.policyMapping, policyConstraints?.inhibitPolicyMapping ?? Infinity);
  state.inhibitAnyPolicy = Math.min(state.inhibitAnyPolicy, inhibitAnyPolicy ?? Infinity);
}

/** §6.1.5 (a), (b), (g). */
function wrapUp(run: Run): string[] {
  const { state, settings, path } = run;
  if (state.explicitPolicy > 0) state.explicitPolicy--;
  if (path[0]?.policyConstraints?.requireExplicitPolicy === 0) state.explicitPolicy = 0;
  const set = settings.initialPolicySet;
  const policies = state.validPolicyGraph.userConstrainedPolicySet(!set || set.includes(oids.anyPolicy) ? undefined : new Set(set));
  if (state.explicitPolicy === 0 && policies.length === 0 && path.length > 0) fail(run, 'policy', run.n, 'RFC 5280 §6.1.5 (g)');
  return policies;
}

/** What the caller needs the target for. */
function judgeTarget(run: Run, target: Certificate): void {
  const { settings, n } = run;
  if (settings.serverName !== undefined && !matchesServerName(target, settings.serverName)) fail(run, 'server-name', n, 'RFC 9525 §6');
  if (settings.keyUsage && target.keyUsage && !settings.keyUsage.some((bit) => target.keyUsage!.has(bit))) {
    fail(run, 'key-usage', n, `RFC 5280 §4.2.1.3 one of ${settings.keyUsage.join(', ')}`);
  }
  if (n === 0) judgePurpose(run, 0, target);
}

/** §6.1.4 (o), §6.1.5 (f). */
function judgeExtensions(run: Run, i: number, certificate: Certificate): void {
  const recognised = run.settings.recognisedExtensions ?? [];
  for (const { oid, critical } of certificate.extensions.values()) {
    if (critical && !processedExtensions.has(oid) && !recognised.includes(oid)) {
      fail(run, 'critical-extension-unknown', i, `RFC 5280 §6.1.4 (o): ${extensionName(oid)}`);
    }
  }
  const policies = certificate.extensions.get(oids.certificatePolicies);
  // §4.2.1.4: a critical extension with a qualifier that is not understood is refused
  const known: readonly string[] = [oids.qualifierCps, oids.qualifierUserNotice];
  if (policies?.critical && certificate.certificatePolicies!.some(({ qualifiers }) => qualifiers.some(({ oid }) => !known.includes(oid)))) {
    fail(run, 'critical-extension-unknown', i, 'RFC 5280 §4.2.1.4: policy qualifier');
  }
}

/** The purpose asked for holds along the path: a CA that names its purposes has no others to give. */
function judgePurpose(run: Run, i: number, { extKeyUsage }: Certificate): void {
  const purpose = run.settings.extendedKeyUsage;
  if (purpose === undefined || !extKeyUsage || extKeyUsage.includes(purpose) || extKeyUsage.includes(oids.anyExtendedKeyUsage)) return;
  fail(run, 'extended-key-usage', i, 'RFC 5280 §4.2.1.12');
}

function judgeRules(run: Run, i: number, certificate: Certificate, role: PathRole): void {
  for (const rule of run.settings.rules ?? strictRules) {
    if (rule.certificate && !rule.certificate(certificate, role)) fail(run, 'profile', i, `${rule.id}: ${rule.source}`);
  }
}

/** The anchor is a name and a key; what its certificate says counts only where the settings ask for it. */
function judgeAnchor(run: Run, anchor: Certificate): void {
  const { settings } = run;
  if (settings.anchorValidity || run.n === 0) judgeValidity(run, 0, anchor);
  const key = keyRefusalOf(anchor.publicKey, settings.time, settings.algorithms ?? algorithmTable);
  if (key) fail(run, 'algorithm-not-acceptable', 0, key.source);
  if (!settings.anchorConstraints) return;
  judgeRules(run, 0, anchor, 'anchor');
  judgeExtensions(run, 0, anchor);
  if (run.n > 0 && anchor.keyUsage && !anchor.keyUsage.has('keyCertSign')) fail(run, 'key-usage', 0, 'RFC 5280 §6.1.4 (n)');
}
