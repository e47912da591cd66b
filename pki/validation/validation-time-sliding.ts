import type { Certificate } from '../certificate/parse.ts';
import { printName } from '../name/print.ts';
import type { RevocationFinding } from '../path/settings.ts';
import { validatePath } from '../path/validate.ts';
import { blockOf, checked } from './building-block.ts';
import { passed } from './conclusion.ts';
import { issuerKeyOf, refusedSince } from './cryptographic-constraints.ts';
import type { BlockCheck, BuildingBlock } from './report.ts';
import { isStatusFresh } from './revocation-freshness.ts';
import type { ValidationAnchor, ValidationContext } from './validation-context.ts';

/** A chain that held at `at`, to be carried back from now. */
export interface Slide {
  /** target first, anchor last */
  path: readonly Certificate[];
  anchor: ValidationAnchor;
  /** when the signature is proven to have existed */
  at: Date;
  /** the signature names its certificate, which so existed with it */
  bound: boolean;
}

/** The control time, or the block that says whose proof of existence is missing (NO_POE). */
export interface Slid { controlTime: Date | undefined; block: BuildingBlock; lacking: Certificate | undefined }

/**
 * The validation time sliding process (EN 319 102-1 §5.6.2.2): from the anchor down, the latest time at which each certificate
 * can be relied on, by status of which a proof of existence lies before the time reached so far. A key known to be lost, or an
 * algorithm known to be broken, says nothing from then on. Status that is no longer fresh was so when its existence was proven,
 * or else when it was issued.
 */
export function slideValidationTime({ path, anchor, at, bound }: Slide, context: ValidationContext): Slid {
  const { proofs } = context;
  const checks: BlockCheck[] = [];
  let control = earlier(context.time, anchor.trustedUntil);
  for (let place = path.length - 2; place >= 0; place--) {
    const certificate = path[place]!;
    const proven = place === 0 && bound ? earlier(proofs.timeOf(certificate.der), at) : proofs.timeOf(certificate.der);
    const status = statusBefore(certificate, control, { anchor, at }, context);
    const next = proven <= control ? controlTimeBelow({ path, place, proven, status, control }, context) : undefined;
    checks.push(checked('proof-of-existence', next !== undefined, `${printName(certificate.subject)}: ${(next ?? control).toISOString()}`));
    if (!next) return { controlTime: undefined, lacking: certificate, block: blockOf(name, { indication: 'INDETERMINATE', subIndication: 'NO_POE' }, checks, control) };
    control = next;
  }
  return { controlTime: control, lacking: undefined, block: blockOf(name, passed, checks, control) };
}

const name = 'validation-time-sliding';

const earlier = (a: Date, b: Date | undefined): Date => (b && b < a ? b : a);

interface Step { path: readonly Certificate[]; place: number; proven: Date; status: RevocationFinding | undefined; control: Date }

/** Steps 1 to 3 of the process for one certificate; undefined where it ends with NO_POE. */
function controlTimeBelow({ path, place, proven, status, control }: Step, { policy, proofs }: ValidationContext): Date | undefined {
  if (!status?.evidence) return policy.revocation === 'if-available' ? control : undefined;
  const { evidence, revokedAt, thisUpdate } = status;
  const evidenceProven = proofs.timeOf(evidence.der);
  let next = control;
  if (revokedAt) next = earlier(next, revokedAt);
  else if (!isStatusFresh(status, next, policy)) next = earlier(next, isStatusFresh(status, evidenceProven, policy) ? evidenceProven : thisUpdate);
  for (const [signed, existed] of [[path[place]!, proven], [evidence, evidenceProven]] as const) {
    const refused = refusedSince(signed, issuerKeyOf(path, place), next, policy);
    if (refused && existed >= refused) return undefined;
    next = earlier(next, refused);
  }
  return next;
}

/** The newest status that is proven to have existed, and was issued, by the control time. */
function statusBefore(target: Certificate, control: Date, { anchor, at }: Pick<Slide, 'anchor' | 'at'>, { evidence, proofs, policy, cache }: ValidationContext): RevocationFinding | undefined {
  const existed = ({ der }: { der: Uint8Array }): boolean => proofs.timeOf(der) <= control;
  const { revocation } = validatePath(
    { target, pool: evidence.certificates, anchors: [anchor], crls: evidence.crls.filter(existed), ocspResponses: evidence.ocspResponses.filter(existed) },
    { time: at, evidenceTime: control, revocation: 'if-available', cache, algorithms: policy.algorithms },
  );
  return revocation.find(({ certificate, status }) => certificate === 0 && status !== 'unknown');
}
