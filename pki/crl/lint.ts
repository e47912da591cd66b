import { DerReader } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { tags } from '../asn1/tags.ts';
import { generalizedTimeText } from '../asn1/time.ts';
import { approveForSigning, type ToBeSigned } from '../lint/to-be-signed.ts';
import { runLint, type LintRule } from '../lint/rule.ts';
import { schemeFitsKey } from '../lint/scheme.ts';
import { isScope, keyIdentifierIn, numberIn, readLintSubject, type CrlLintContext, type CrlLintSubject, type CrlTime } from './lint-subject.ts';
import { reasonOfCode } from './reason.ts';

export type { CrlLintContext } from './lint-subject.ts';

type Rule = LintRule<CrlLintSubject>;
const rfc5280 = '2008-05-01';
const rule = (id: string, source: string, check: Rule['check']): Rule => ({ id, level: 'error', source, since: rfc5280, check });

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const isDelta = (crl: CrlLintSubject): boolean => crl.extensions.has(oids.deltaCrlIndicator);
const endOfUtcTime = Date.UTC(2050, 0, 1);
const hasRightType = ({ tag, at }: CrlTime): boolean => (tag === tags.utcTime) === (at.getTime() < endOfUtcTime);
/** The extensions we write; whether each must be critical. */
const criticality: Readonly<Record<string, boolean>> = {
  [oids.authorityKeyIdentifier]: false,
  [oids.crlNumber]: false,
  [oids.deltaCrlIndicator]: true,
  [oids.issuingDistributionPoint]: true,
  [oids.freshestCrl]: false,
  [oids.expiredCertsOnCrl]: false,
};

/** What a CRL of ours must keep before it is signed. */
export const crlRules: readonly Rule[] = [
  rule('crl-version', 'RFC 5280 §5.1.2.1', ({ version }) => version === 1),
  rule('crl-algorithm', 'RFC 5280 §5.1.2.2', ({ algorithm, expectedAlgorithm }) => same(algorithm, expectedAlgorithm)),
  rule('crl-algorithm-key', 'RFC 5280 §5.1.1.2', ({ scheme, issuer }) => schemeFitsKey(scheme, issuer.publicKey)),
  rule('crl-issuer', 'RFC 5280 §5.1.2.3', ({ issuerName, issuer }) => issuerName.length > 2 && same(issuerName, issuer.subject.der)),
  rule('crl-issuer-usage', 'RFC 5280 §4.2.1.3', ({ issuer }) => issuer.keyUsage?.has('cRLSign') ?? true),
  rule('crl-time-type', 'RFC 5280 §5.1.2.4', ({ thisUpdate, nextUpdate }) => hasRightType(thisUpdate) && (!nextUpdate || hasRightType(nextUpdate))),
  rule('crl-next-update', 'RFC 5280 §5.1.2.5', ({ nextUpdate }) => nextUpdate !== undefined),
  rule('crl-update-order', 'RFC 5280 §5.1.2.5', ({ thisUpdate, nextUpdate }) => !nextUpdate || thisUpdate.at < nextUpdate.at),
  rule('crl-issuer-validity', 'RFC 5280 §6.3.3', ({ thisUpdate: { at }, issuer }) => at >= issuer.notBefore && at <= issuer.notAfter),
  rule('crl-extension-known', 'RFC 5280 §5.2', ({ extensions }) => [...extensions.keys()].every((id) => id in criticality)),
  rule('crl-extension-critical', 'RFC 5280 §5.2', ({ extensions }) => [...extensions].every(([id, { critical }]) => criticality[id] === undefined || criticality[id] === critical)),
  rule('crl-extension-repeated', 'RFC 5280 §4.2', ({ repeatedExtensions }) => repeatedExtensions === 0),
  rule('crl-authority-key', 'RFC 5280 §5.2.1', ({ extensions, issuer }) => {
    const value = extensions.get(oids.authorityKeyIdentifier)?.value;
    return value !== undefined && issuer.subjectKeyIdentifier !== undefined && same(keyIdentifierIn(value), issuer.subjectKeyIdentifier);
  }),
  rule('crl-number', 'RFC 5280 §5.2.3', ({ extensions }) => {
    const value = extensions.get(oids.crlNumber)?.value;
    if (!value) return false;
    const { number, octets } = numberIn(value);
    return number >= 0n && octets <= 20;
  }),
  rule('crl-number-rises', 'RFC 5280 §5.2.3', ({ extensions, previousNumber }) => {
    const value = extensions.get(oids.crlNumber)?.value;
    return previousNumber === undefined || (value !== undefined && numberIn(value).number > previousNumber);
  }),
  rule('crl-delta-base', 'RFC 5280 §5.2.4', ({ extensions }) => {
    const [base, number] = [extensions.get(oids.deltaCrlIndicator)?.value, extensions.get(oids.crlNumber)?.value];
    return base === undefined || (number !== undefined && numberIn(base).number >= 0n && numberIn(base).number < numberIn(number).number);
  }),
  rule('crl-delta-freshest', 'RFC 5280 §5.2.6', (crl) => !isDelta(crl) || !crl.extensions.has(oids.freshestCrl)),
  rule('crl-scope', 'RFC 5280 §5.2.5', ({ extensions }) => {
    const value = extensions.get(oids.issuingDistributionPoint)?.value;
    return value === undefined || isScope(value);
  }),
  rule('crl-expired-certificates', 'X.509 §9.5.2.12', ({ extensions, thisUpdate }) => {
    const value = extensions.get(oids.expiredCertsOnCrl)?.value;
    return value === undefined || new DerReader(value).generalizedTime() <= thisUpdate.at;
  }),
  rule('crl-entries-not-empty', 'RFC 5280 §5.1.2.6', ({ entries }) => !entries.emptyList),
  rule('crl-entry-form', 'RFC 5280 §5.1.2.6', ({ entries }) => entries.malformed === 0),
  rule('crl-entry-serial', 'RFC 5280 §4.1.2.2', ({ entries }) => entries.unfitSerials === 0),
  rule('crl-entry-repeated', 'RFC 5280 §5.1.2.6', ({ entries }) => entries.repeatedSerials === 0),
  rule('crl-entry-time', 'RFC 5280 §5.1.2.6', ({ entries }) => entries.unfitTimes === 0),
  rule('crl-entry-future', 'RFC 5280 §5.1.2.6', ({ entries, thisUpdate }) => entries.latest <= generalizedTimeText(thisUpdate.at)),
  rule('crl-entry-reason-unspecified', 'RFC 5280 §5.3.1', ({ entries }) => !entries.reasons.has(0)),
  rule('crl-entry-reason-known', 'RFC 5280 §5.3.1', ({ entries }) => [...entries.reasons.keys()].every((code) => reasonOfCode(code) !== undefined)),
  rule('crl-entry-reason-removed', 'RFC 5280 §5.3.1', (crl) => isDelta(crl) || !crl.entries.reasons.has(8)),
  rule('crl-entry-invalidity-date', 'RFC 5280 §5.3.2', ({ entries }) => entries.unfitInvalidityDates === 0),
  rule('crl-entry-extension', 'RFC 5280 §5.3', ({ entries }) => entries.repeatedExtensions === 0 && entries.unexpectedExtensions === 0),
];

/**
 * Lints a TBSCertList against what it will be signed with: one walk over the entries, whatever the number of rules.
 * @throws PkiError `lint-failed` naming every broken rule, `asn1-…` where there is no TBSCertList at all
 */
export function lintCrl(tbs: Uint8Array, context: CrlLintContext): ToBeSigned {
  return approveForSigning('crl', tbs, context.scheme, runLint(crlRules, readLintSubject(tbs, context)));
}
