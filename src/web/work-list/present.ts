import { grounds } from '../../certificates/grounds.ts';
import type { RequestView } from '../../work-list/show.ts';
import { showDate, showDateTime, showNumber } from '../frame/formats.ts';
import type { Translate, WordKey } from '../text/words.ts';
import { dueText, kindWords, stateTag, type Tag } from './words.ts';

export interface SummaryRow { label: string; value: string; mono?: boolean; tag?: Tag; href?: string }

const identities: Readonly<Record<string, readonly [Tag, WordKey]>> = {
  confirmed: ['good', 'work.identityConfirmed'], differs: ['bad', 'work.identityDiffers'], 'not-found': ['bad', 'work.identityNotFound'],
  waiting: ['wait', 'work.identityWaiting'], 'not-checked': ['off', 'work.identityNotChecked'],
};

const keySeenWords = { never: ['good', 'work.keyNever'], own: ['note', 'work.keyOwn'], other: ['bad', 'work.keyOther'] } as const;

const nameWords: Readonly<Record<string, WordKey>> = {
  C: 'work.nameC', L: 'work.nameL', O: 'work.nameO', OU: 'work.nameOU', CN: 'work.nameCN', E: 'work.nameE',
};

/** A request as those who decide on it read it. */
export function presentRequest(view: RequestView, at: Date, t: Translate): Record<string, unknown> {
  const { request } = view;
  const due = dueText(request.dueAt, at, t);
  const open = ['draft', 'confirmed', 'examined', 'returned'].includes(request.state);
  return {
    id: request.id, title: t('work.requestTitle', { kind: t(kindWords[request.kind]).toLowerCase() }), who: request.holder ?? request.agencyName,
    shownState: stateTag(request.state, t), urgent: request.urgent, due: open ? due : undefined,
    askedRows: askedRows(view, t), subjectRows: request.subject.map(([type, value]) => ({ label: t(nameWords[type] ?? 'work.field'), value })),
    formerSubject: request.formerSubject, subjectSame: request.formerSubject !== null && request.formerSubject === textOf(view), keyRows: keyRows(view, t),
    identity: request.identityCheck ? identityOf(request.identityCheck, t) : undefined, papers: view.papers.map((paper) => paperOf(paper, t)),
    certificateId: request.newCertificateId, isIssued: request.state === 'issued',
  };
}

/** The new subject written as the former one is: reversed, as RFC 4514 has it. */
const textOf = ({ request }: RequestView): string => request.subject.map(([type, value]) => `${type}=${value}`).toReversed().join(',');

function askedRows({ request: r }: RequestView, t: Translate): SummaryRow[] {
  const rows: [WordKey, string | null | undefined][] = [
    ['work.kind', t(kindWords[r.kind])], ['work.who', r.holder ?? r.agencyName], ['work.position', r.position], ['work.email', r.email],
    ['work.agency', `${r.agencyName} (${r.agencyCode})`], ['work.device', r.device], ['work.wetSigned', r.wetSigned ? t('work.wetSignedText') : null],
    ['work.ground', r.ground ? grounds[r.ground][t.language] : null], ['work.since', r.invalidityDate && showDateTime(r.invalidityDate)],
    ['work.transfer', r.transfer ? t(r.transfer === 'change' ? 'work.transferChange' : 'work.transferRevoke') : null], ['work.note', r.note],
    ['work.validFor', r.days === null ? null : t('work.days', { count: showNumber(r.days, t.language) })], ['work.until', r.endsAt && showDate(r.endsAt)], ['work.sent', showDateTime(r.createdAt)],
  ];
  return rows.flatMap(([word, value]) => (value ? [{ label: t(word), value }] : []));
}

function keyRows({ key, keySeen, request }: RequestView, t: Translate): SummaryRow[] {
  if (!key || !keySeen) return [];
  const type = key.curve ?? key.type.toUpperCase();
  const [tag, word] = keySeenWords[keySeen];
  // once it is certified the key is this holder's, which tells nothing
  const settled = request.newCertificateId !== null;
  return [
    { label: t('work.key'), value: key.type === 'rsa' || key.type === 'ec' ? t('work.keyStrength', { type, bits: key.bits }) : type },
    ...(settled ? [] : [{ label: '', value: t(word), tag }, { label: '', value: t('work.keyPossession') }]),
  ];
}

export function identityOf(state: string, t: Translate): { tag: Tag; text: string } {
  const [tag, word] = identities[state] ?? ['off', 'work.identityNotChecked'];
  return { tag, text: t(word) };
}

function paperOf({ id, name, size, indication, signatures }: RequestView['papers'][number], t: Translate): Record<string, unknown> {
  const verdict: readonly [Tag, WordKey] = signatures === 0 ? ['off', 'work.paperPlain']
    : indication === 'TOTAL-PASSED' ? ['good', 'work.paperSigned'] : indication === 'TOTAL-FAILED' ? ['bad', 'work.paperBroken'] : ['wait', 'work.paperUnsure'];
  return { id, name, size: t('work.size', { kilobytes: showNumber(Math.ceil(size / 1024), t.language) }), tag: verdict[0], verdict: t(verdict[1]) };
}
