import type { BuildingBlock, Coverage } from '../../../pki/validation/report.ts';
import type { Language } from '../../http/language.ts';
import type { Answer, AnsweredMessage, AnsweredSignature, AnsweredTimestamp } from '../../verification/answer.ts';
import { showInstant } from '../../verification/message-words.ts';
import { isWordKey, wordsIn, type WordKey } from '../text/words.ts';
import { codeOf, lineOf, outcomeOf, type Line, type Outcome, type Row } from './lines.ts';
import { commonNameIn, missingLines } from './missing-lines.ts';

export interface BlockView { outcome: Outcome; name: string; verdict: string; clause: string; reason: string; unmet: string[] }
export interface ChangeView { text: string; allowed: boolean; verdict: string }
export interface SignatureView {
  title: string; outcome: Outcome; verdict: string; /** the field of the PDF, to be framed on its page */ field: string;
  rows: Row[]; why: Line[]; attention: Line[]; missing: string[]; changes: ChangeView[]; technical: Row[]; blocks: BlockView[];
}

interface Around { title: string; files: Answer['files']; titles: ReadonlyMap<string, string>; language: Language }

/** One signature: who, for whom, when, over what, why it stands or not; the technical part apart. */
export function presentSignature(signature: AnsweredSignature, around: Around): SignatureView {
  const { language } = around;
  const t = wordsIn(language);
  const outcome = outcomeOf[signature.indication];
  const lines = (chosen: (message: AnsweredMessage) => boolean): Line[] => signature.messages.filter(chosen).map((message) => lineOf(message, language));
  const errors = lines(({ level }) => level === 'error');
  return {
    title: around.title, outcome, verdict: t(`verify.${outcome}`), field: signature.field ?? '',
    rows: rowsOf(signature, around),
    why: errors.length > 0 ? errors : lines(({ code }) => code === 'valid-signature'),
    attention: lines(({ level, code }) => level === 'warning' || code === 'expired-after-signing'),
    missing: missingLines(signature.missing, language),
    changes: changesOf(signature.coverage, language),
    technical: technicalOf(signature, language),
    blocks: signature.buildingBlocks.map((block) => blockOf(block, language)),
  };
}

const kinds: Readonly<Record<string, WordKey>> = {
  personal: 'verify.kindPersonal', 'organisation-seal': 'verify.kindSeal', 'electronic-copy': 'verify.kindCopy', timestamping: 'verify.kindTimestamp',
};

function rowsOf({ id, signer, signingTime, trustDomain, type, coverage, counterSigns }: AnsweredSignature, { files, titles, language }: Around): Row[] {
  const t = wordsIn(language);
  const seal = signer?.kind === 'organisation-seal' || signer?.kind === 'electronic-copy';
  const agency = [...(signer?.organizationalUnits ?? []).toReversed(), signer?.organization].filter(Boolean).join(', ');
  const covered = coverage ? coverageText(coverage, language) : files.filter(({ coveredBy }) => coveredBy.includes(id)).map(({ name }) => name).join(', ');
  return [
    { label: t(type !== 'signature' ? 'verify.timestampedBy' : seal ? 'verify.seal' : 'verify.signer'), value: signer?.commonName ?? signer?.subject ?? t('verify.unknownSigner') },
    { label: t('verify.agency'), value: agency },
    { label: t('verify.kind'), value: signer ? t(kinds[signer.kind] ?? 'verify.kindUnknown') : '' },
    { label: t('verify.counterSigns'), value: counterSigns ? titles.get(counterSigns) ?? counterSigns : '' },
    { label: t('verify.claimed'), value: type !== 'signature' ? '' : signingTime.claimed ? showInstant(language, signingTime.claimed) : t('verify.notClaimed') },
    { label: t('verify.proven'), value: provenText(signingTime, language) },
    { label: t('verify.covers'), value: covered },
    { label: t('verify.trustDomain'), value: trustDomain ? domainText(trustDomain, language) : '' },
  ].filter(({ value }) => value !== '');
}

function domainText(domain: string, language: Language): string {
  const key = `verify.domain${domain}`;
  return isWordKey(key) ? wordsIn(language)(key) : domain;
}

function coverageText({ wholeDocument, revision, revisions }: Coverage, language: Language): string {
  const t = wordsIn(language);
  if (wholeDocument) return t('verify.coversAll');
  return revision < revisions ? t('verify.coversRevision', { revision, revisions }) : t('verify.coversPart');
}

function changesOf(coverage: Coverage | null, language: Language): ChangeView[] {
  const t = wordsIn(language);
  const shown = new Map((coverage?.changesAfter ?? []).map(({ revision, kind, allowed }): [string, ChangeView] => {
    const key = `changes.${kind}`;
    const text = t('verify.changeIn', { revision, change: t(isWordKey(key) ? key : 'changes.forbidden') });
    return [`${text} ${allowed}`, { text, allowed, verdict: t(allowed ? 'verify.allowed' : 'verify.notAllowed') }];
  }));
  return [...shown.values()];
}

function technicalOf(signature: AnsweredSignature, language: Language): Row[] {
  const t = wordsIn(language);
  const { signer, chain, revocation, timestamps } = signature;
  return [
    { label: t('verify.resultCode'), value: codeOf(signature), mono: true },
    { label: t('verify.formatLabel'), value: signature.format },
    ...(signer ? [{ label: t('verify.issuer'), value: signer.issuer }, { label: t('verify.serial'), value: signer.serialNumber, mono: true }] : []),
    { label: t('verify.chain'), value: chain.map(({ subject }) => commonNameIn(subject)).join(' → ') },
    ...revocation.map(({ subject, status, source, thisUpdate }) => ({
      label: t('verify.statusOf', { subject: commonNameIn(subject) }),
      value: [t(`verify.status-${status}`), source?.toUpperCase(), thisUpdate && showInstant(language, thisUpdate)].filter(Boolean).join(' · '),
    })),
    ...timestamps.map((timestamp) => timestampRow(timestamp, language)),
  ].filter(({ value }) => value !== '');
}

function timestampRow({ time, authority, indication }: AnsweredTimestamp, language: Language): Row {
  const t = wordsIn(language);
  return { label: t('verify.kindTimestamp'), value: [time && showInstant(language, time), authority && commonNameIn(authority), t(`verify.${outcomeOf[indication]}`)].filter(Boolean).join(' · ') };
}

function blockOf({ name, indication, subIndication, clause, checks }: BuildingBlock, language: Language): BlockView {
  const t = wordsIn(language);
  const outcome = outcomeOf[indication];
  return {
    outcome, name: t(`blocks.${name}`), verdict: t(`verify.block-${outcome}`), clause, reason: subIndication ?? '',
    unmet: checks.filter(({ met }) => !met).map(({ constraint, detail }) => (detail ? `${constraint}: ${detail}` : constraint)),
  };
}

/** When the signature is proven to have existed, and by what. */
function provenText({ proven, provenBy }: AnsweredSignature['signingTime'], language: Language): string {
  const t = wordsIn(language);
  return proven ? t(provenBy === 'receipt' ? 'verify.provenByReceipt' : 'verify.provenByTimestamp', { at: showInstant(language, proven) }) : t('verify.notProven');
}
