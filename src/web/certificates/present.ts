import { outlineDer } from '../../../pki/asn1/outline.ts';
import { sha256Fingerprint } from '../../../pki/certificate/fingerprint.ts';
import { serialHex, type Certificate } from '../../../pki/certificate/parse.ts';
import { signatureMethodOf } from '../../../pki/keys/signature-algorithm.ts';
import { spkiHash, type PublicKey } from '../../../pki/keys/public-key.ts';
import { printName } from '../../../pki/name/print.ts';
import type { AuditLine, CertificateStory, RelatedCertificate, RequestStep } from '../../lookup/certificate.ts';
import type { Actor } from '../../services.ts';
import { showDate, showDateTime, showHex, showNumber } from '../frame/formats.ts';
import type { Translate } from '../text/words.ts';
import { doneWords, kindWords } from '../work-list/words.ts';
import { explainExtensions } from './extensions.ts';
import { certificateTag, groundWords, profileText } from './words.ts';

interface Row { label: string; value: string; mono?: boolean; href?: string }

/** A certificate as those who look after it read it. */
export function presentCertificate(story: CertificateStory, actor: Actor, at: Date, t: Translate): Record<string, unknown> {
  const { item, facts, certificate, chain } = story;
  return {
    id: item.id, serial: item.serialNumber, isIssued: certificate !== undefined, who: facts.officialName ?? commonNameOf(item.subject) ?? facts.agencyName ?? item.subject,
    shownState: certificateTag(item, at, t), validity: validityOf(item, at, t), rows: rowsOf(story, actor, t), revocationRows: revocationRows(story, t),
    mayRevoke: mayBeRevoked(story) && actor.permissions.has('certificate:revoke'), keyRows: certificate ? keyRows(certificate, t) : [],
    extensions: certificate ? explainExtensions(certificate, t) : [], chain: chain.map((ca) => presentIssuer(ca, t)),
    fingerprint: certificate && sha256Fingerprint(certificate.der), keyFingerprint: certificate && Buffer.from(spkiHash(certificate.publicKey)).toString('hex'),
    history: historyOf(story, t), audit: story.audit.map((line) => auditRow(line)), outline: certificate && outlineDer(certificate.der),
  };
}

const infrastructure: ReadonlySet<string> = new Set(['root-ca', 'issuing-ca', 'ocsp-responder', 'timestamping', 'receipt-signing', 'operator-sign-in']);

/** Certificates of the service itself are looked after where its authorities are, those of its people where they are. */
export function mayBeRevoked({ item }: Pick<CertificateStory, 'item'>): boolean {
  return (item.state === 'issued' || item.state === 'on_hold') && !infrastructure.has(item.profile);
}

/** The common name out of a subject written as RFC 4514 has it. */
const commonNameOf = (subject: string): string | undefined => /(?:^|,)CN=((?:\\.|[^,+\\])+)/.exec(subject)?.[1]?.replaceAll(/\\(.)/g, '$1');

const dayMs = 86_400_000;

interface Drawn { text: string; label: string; /** of a hundred */ spent: number }

function validityOf({ notBefore, notAfter }: CertificateStory['item'], at: Date, t: Translate): Drawn {
  const days = (from: Date, to: Date): number => Math.max(0, Math.ceil((to.getTime() - from.getTime()) / dayMs));
  const total = showNumber(days(notBefore, notAfter), t.language);
  const text = at > notAfter ? t('certificate.leftNone') : at < notBefore ? t('certificate.leftAll', { total })
    : t('certificate.left', { left: showNumber(days(at, notAfter), t.language), total });
  const spent = (at.getTime() - notBefore.getTime()) / (notAfter.getTime() - notBefore.getTime());
  return { text, label: t('certificate.validityDrawn', { from: showDate(notBefore), to: showDate(notAfter) }), spent: Math.round(Math.min(1, Math.max(0, spent)) * 100) };
}

function rowsOf({ item, facts, chain }: CertificateStory, actor: Actor, t: Translate): Row[] {
  const mayOpen = actor.permissions.has('official:read');
  const rows: (Row | undefined)[] = [
    facts.officialName ? { label: t('certificate.holder'), value: facts.officialName, ...(mayOpen ? { href: `/officials/${item.officialId}` } : {}) } : undefined,
    facts.agencyName ? { label: t('certificate.agency'), value: `${facts.agencyName} (${facts.agencyCode})`, ...(actor.permissions.has('agency:read') ? { href: `/agencies/${item.agencyId}` } : {}) } : undefined,
    { label: t('certificate.profile'), value: profileText(item.profile, t) },
    { label: t('certificate.subject'), value: item.subject },
    { label: t('status.serial'), value: showHex(item.serialNumber), mono: true },
    { label: t('status.issuer'), value: chain[0] ? commonNameOf(printName(chain[0].subject)) ?? item.issuer : item.issuer, href: `/authorities/${item.issuer}` },
    { label: t('status.validity'), value: t('authorities.fromTo', { from: showDateTime(item.notBefore), to: showDateTime(item.notAfter) }) },
    facts.replaces ? relatedRow(t('certificate.replaces'), facts.replaces) : undefined,
    ...facts.replacedBy.slice(0, 3).map((one) => relatedRow(t('certificate.replacedBy'), one)),
  ];
  return rows.filter((row) => row !== undefined);
}

const relatedRow = (label: string, { id, serialNumber }: RelatedCertificate): Row => ({ label, value: showHex(serialNumber), mono: true, href: `/certificates/${id}` });

function revocationRows({ item: { revocation }, facts }: CertificateStory, t: Translate): Row[] {
  if (!revocation) return [];
  const rows: [string, string | null | undefined][] = [
    [t('status.revokedAt'), showDateTime(revocation.revokedAt)], [t('status.invalidSince'), revocation.invalidityDate && showDateTime(revocation.invalidityDate)],
    [t('status.reason'), t(`status.${revocation.reason}`)], [t('certificate.ground'), facts.ground && t(groundWords[facts.ground])], [t('certificate.comment'), facts.comment],
  ];
  return rows.flatMap(([label, value]) => (value ? [{ label, value }] : []));
}

function keyRows({ publicKey, signatureAlgorithm }: Certificate, t: Translate): Row[] {
  const method = signatureMethodOf(signatureAlgorithm);
  const family = method && (method.family === 'raw' ? method.type : `${method.family} ${method.digest}`);
  return [
    { label: t('certificate.key'), value: keyText(publicKey, t) },
    { label: t('certificate.signatureAlgorithm'), value: family?.toUpperCase() ?? signatureAlgorithm.oid },
  ];
}

const keyText = ({ type, curve, bits }: PublicKey, t: Translate): string =>
  (type === 'rsa' || type === 'ec' ? t('certificate.keyStrength', { type: curve ?? type.toUpperCase(), bits }) : type.toUpperCase());

const presentIssuer = (ca: Certificate, t: Translate): Record<string, string> => ({
  name: commonNameOf(printName(ca.subject)) ?? printName(ca.subject), subject: printName(ca.subject), serial: showHex(serialHex(ca.serialNumber)),
  until: t('authorities.fromTo', { from: showDate(ca.notBefore), to: showDate(ca.notAfter) }),
});

interface Happening { at: Date; what: string; by: string; note: string; href?: string }

function historyOf({ item, facts, steps }: CertificateStory, t: Translate): (Omit<Happening, 'at'> & { at: string })[] {
  const happened: Happening[] = steps.map((step) => stepOf(step, t));
  if (item.issuedAt) happened.push({ at: item.issuedAt, what: t('certificate.didIssue'), by: t('certificate.service'), note: '' });
  if (item.revocation) happened.push({ at: item.revocation.revokedAt, what: t('certificate.didRevoke'), by: '', note: facts.ground ? t(groundWords[facts.ground]) : t(`status.${item.revocation.reason}`) });
  return happened.toSorted((a, b) => b.at.getTime() - a.at.getTime()).map((one) => ({ ...one, at: showDateTime(one.at) }));
}

const stepOf = ({ requestId, kind, step, by, reason, at }: RequestStep, t: Translate): Happening => ({
  at, what: t('certificate.ofRequest', { what: t(step === 'submit' ? 'certificate.didSubmit' : doneWords[step]), kind: t(kindWords[kind]).toLowerCase() }),
  by: by ?? t('certificate.service'), note: reason ?? '', href: `/work-list/${requestId}`,
});

const auditRow = ({ sequence, at, action, actorName }: AuditLine): Record<string, string> => ({ sequence: String(sequence), at: showDateTime(at), action, by: actorName });
