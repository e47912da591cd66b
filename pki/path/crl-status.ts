import { oids } from '../asn1/oids.ts';
import {
  allReasons, fullNamesOf, type DistributionPoint, type DistributionPointName, type ReasonMask,
} from '../certificate/distribution-point.ts';
import type { Certificate, GeneralName } from '../certificate/parse.ts';
import type { Crl, RevokedEntry } from '../crl/parse.ts';
import { PkiError } from '../error.ts';
import { compareNames } from '../name/compare.ts';
import type { Name } from '../name/parse.ts';
import { algorithmTable, refusalOf } from './algorithms.ts';
import { strictRules } from './profile-rules.ts';
import type { StatusContext, Told } from './revocation.ts';
import { isFresh, isRevokedAt } from './settings.ts';

/** RFC 5280 §5.2: the critical extensions of lists that are processed here. */
const processedExtensions: ReadonlySet<string> = new Set([
  oids.authorityKeyIdentifier, oids.issuerAltName, oids.crlNumber, oids.deltaCrlIndicator, oids.issuingDistributionPoint,
  oids.freshestCrl, oids.expiredCertsOnCrl,
]);

/** The variables of §6.3.2. */
interface State { reasonsMask: ReasonMask; told: Told | undefined }

/**
 * CRL validation of RFC 5280 §6.3 for one certificate: distribution point by distribution point, then the lists of its
 * issuer that no point names. Undefined is the RFC's UNDETERMINED. @throws WorkLimit
 */
export function crlStatus(certificate: Certificate, context: StatusContext): Told | undefined {
  const state: State = { reasonsMask: 0, told: undefined };
  const ofIssuer: DistributionPoint = {
    distributionPoint: { fullName: [{ type: 'directoryName', name: certificate.issuer }] }, reasons: undefined, cRLIssuer: undefined,
  };
  const { crlDistributionPoints } = certificate;
  for (const point of crlDistributionPoints ? [...crlDistributionPoints, ofIssuer] : [ofIssuer]) {
    for (const crl of listsFor(point, certificate, context)) {
      if (!consult(crl, point, { certificate, context, state })) return undefined;
      if (state.told?.status === 'revoked' || state.reasonsMask === allReasons) return state.told;
    }
  }
  return undefined;
}

/** Complete lists of the point's CRL issuer, the newest first. */
function listsFor({ cRLIssuer }: DistributionPoint, certificate: Certificate, context: StatusContext): readonly Crl[] {
  const issuers = cRLIssuer?.flatMap((name) => (name.type === 'directoryName' ? [name.name] : []));
  const lists = issuers ? issuers.flatMap((issuer) => context.crlsOf(issuer)) : context.crlsOf(certificate.issuer);
  const complete = lists.filter(({ baseCrlNumber }) => baseCrlNumber === undefined);
  return complete.length < 2 ? complete : complete.toSorted((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime());
}

interface Asked { certificate: Certificate; context: StatusContext; state: State }

/** §6.3.3 (a) to (l) for one complete list. @returns false if a signed entry about the certificate cannot be read: no other list mends that */
function consult(crl: Crl, point: DistributionPoint, { certificate, context, state }: Asked): boolean {
  if (!isInScope(crl, point, certificate) || !isUsable(crl, context)) return true;
  const interimReasonsMask = (crl.issuingDistributionPoint?.onlySomeReasons ?? allReasons) & (point.reasons ?? allReasons);
  if ((interimReasonsMask & ~state.reasonsMask) === 0) return true;
  const signer = signerOf(crl, context);
  if (!signer) return true;
  const delta = deltaFor(crl, signer, context);
  if (!isFresh(crl, context.settings) && !delta) return true;

  const entry = findEntry(delta, crl, certificate);
  if (entry === 'unreadable') return false;
  const removed = entry?.reason === 'removeFromCRL';
  const evidence = delta ?? crl;
  if (!entry && provesNothing(evidence, certificate)) return true;
  state.told = entry && !removed ? tell(entry, evidence, context) : state.told ?? good(evidence);
  state.reasonsMask |= interimReasonsMask;
  return true;
}

/** §6.3.3 (i), (j): what the delta says comes before what the complete list says. */
function findEntry(delta: Crl | undefined, crl: Crl, { serialNumber, issuer }: Certificate): RevokedEntry | 'unreadable' | undefined {
  const of = crl.issuingDistributionPoint?.indirectCrl ? issuer : undefined;
  try {
    return delta?.find(serialNumber, of) ?? crl.find(serialNumber, of);
  } catch (error) {
    if (error instanceof PkiError) return 'unreadable';
    throw error;
  }
}

/** §6.3.3 (b): the list's issuer and its issuing distribution point against the certificate's point. */
function isInScope(crl: Crl, point: DistributionPoint, certificate: Certificate): boolean {
  const idp = crl.issuingDistributionPoint;
  if (point.cRLIssuer) {
    if (!idp?.indirectCrl || !crl.extensions.get(oids.issuingDistributionPoint)!.critical) return false;
  } else if (!compareNames(crl.issuer, certificate.issuer)) return false;
  if (!idp) return true;
  if (idp.distributionPoint && !sharesName(idp.distributionPoint, point, crl.issuer)) return false;
  const isCa = certificate.basicConstraints?.ca ?? false;
  if (idp.onlyContainsUserCerts && isCa) return false;
  if (idp.onlyContainsCACerts && !isCa) return false;
  return !idp.onlyContainsAttributeCerts;
}

/** A name that cannot be read is shared with nobody. */
function sharesName(theirs: DistributionPointName, { distributionPoint, cRLIssuer }: DistributionPoint, crlIssuer: Name): boolean {
  try {
    const ours = distributionPoint ? fullNamesOf(distributionPoint, crlIssuer) : cRLIssuer ?? [];
    return fullNamesOf(theirs, crlIssuer).some((name) => ours.some((other) => isSameName(name, other)));
  } catch (error) {
    if (error instanceof PkiError) return false;
    throw error;
  }
}

function isSameName(a: GeneralName, b: GeneralName): boolean {
  if (a.type === 'directoryName' && b.type === 'directoryName') return compareNames(a.name, b.name);
  if ('value' in a && 'value' in b && typeof a.value === 'string') return a.type === b.type && a.value === b.value;
  return false;
}

/** What makes a list useless whatever it says: unknown critical extensions (§5.2, §5.3), algorithms, the policy's rules. */
function isUsable(crl: Crl, { settings }: StatusContext): boolean {
  for (const { oid, critical } of crl.extensions.values()) if (critical && !processedExtensions.has(oid)) return false;
  return !crl.hasUnknownCriticalEntry
    && Buffer.compare(crl.signatureAlgorithm.der, crl.tbsSignatureAlgorithm.der) === 0
    && (settings.rules ?? strictRules).every((rule) => rule.crl?.(crl) ?? true);
}

/** §6.3.3 (f), (g): who signed, and has a path to the same anchor. */
function signerOf(crl: Crl, context: StatusContext): Certificate | undefined {
  const { settings, work } = context;
  return context.crlSignersNamed(crl.issuer, crl.authorityKeyIdentifier?.keyIdentifier).find((signer) => {
    if (refusalOf(crl.signatureAlgorithm, signer.publicKey, settings.time, settings.algorithms ?? algorithmTable)) return false;
    return work.verify(crl, signer.publicKey, true).valid && context.isTrustedSigner(signer);
  });
}

/** §6.3.3 (c), (h): the newest delta that completes this list, in its scope, by its signer's key. */
function deltaFor(crl: Crl, signer: Certificate, context: StatusContext): Crl | undefined {
  const { crlNumber } = crl;
  const deltas = context.crlsOf(crl.issuer).filter(({ baseCrlNumber }) => baseCrlNumber !== undefined);
  if (crlNumber === undefined || deltas.length === 0) return undefined;
  const extension = (list: Crl, oid: string): Uint8Array => list.extensions.get(oid)?.value ?? new Uint8Array();
  const same = (delta: Crl, oid: string): boolean => Buffer.compare(extension(crl, oid), extension(delta, oid)) === 0;
  return deltas
    .filter((delta) => delta.baseCrlNumber! <= crlNumber
      && delta.crlNumber !== undefined && delta.crlNumber > crlNumber
      && same(delta, oids.issuingDistributionPoint) && same(delta, oids.authorityKeyIdentifier)
      && isFresh(delta, context.settings) && isUsable(delta, context)
      && context.work.verify(delta, signer.publicKey, true).valid)
    .toSorted((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime())[0];
}

/** A certificate that expired before the list was made may have been dropped from it, unless expiredCertsOnCRL says otherwise. */
function provesNothing({ thisUpdate, expiredCertsOnCrl }: Crl, { notAfter }: Certificate): boolean {
  return thisUpdate.getTime() > notAfter.getTime() && !(expiredCertsOnCrl && expiredCertsOnCrl <= notAfter);
}

function tell(entry: RevokedEntry, evidence: Crl, { settings }: StatusContext): Told {
  return {
    ...good(evidence),
    status: isRevokedAt(settings.time, entry) ? 'revoked' : 'good',
    revokedAt: entry.revokedAt,
    reason: entry.reason ?? 'unspecified',
    ...(entry.invalidityDate && { invalidityDate: entry.invalidityDate }),
  };
}

function good(evidence: Crl): Told {
  const { thisUpdate, nextUpdate } = evidence;
  const told: Told = { status: 'good', source: 'crl', thisUpdate, evidence };
  if (nextUpdate) told.nextUpdate = nextUpdate;
  return told;
}
