import type { Language } from '../../http/language.ts';
import { account } from './account.ts';
import { agencies } from './agencies.ts';
import { ask } from './ask.ts';
import { audit } from './audit.ts';
import { auditField, auditState } from './audit-fields.ts';
import { auditFault, auditNoun, auditVerb } from './audit-events.ts';
import { authorities } from './authorities.ts';
import { blocks } from './blocks.ts';
import { certificate } from './certificate.ts';
import { clientCertificates } from './client-certificates.ts';
import { changes } from './changes.ts';
import { dashboard } from './dashboard.ts';
import { explanations } from './explanations.ts';
import { frame } from './frame.ts';
import { lists } from './lists.ts';
import { keyProof } from './key-proof.ts';
import { jobs } from './jobs.ts';
import { keep } from './keep.ts';
import { mine } from './mine.ts';
import { newCertificate } from './new-certificate.ts';
import { oidc } from './oidc.ts';
import { operators } from './operators.ts';
import { passkeys } from './passkeys.ts';
import { receipts } from './receipts.ts';
import { register } from './register.ts';
import { renew } from './renew.ts';
import { people } from './people.ts';
import { reorganisations } from './reorganisations.ts';
import { reports } from './reports.ts';
import { revoke } from './revoke.ts';
import { search } from './search.ts';
import { signIn } from './sign-in.ts';
import { status } from './status.ts';
import { transfers } from './transfers.ts';
import { trust } from './trust.ts';
import { verify } from './verify.ts';
import { work } from './work.ts';
import { type Words } from '../../problems.ts';

/** One text in both languages; `{name}` takes the fact of that name. */
export type Pair = readonly [vi: string, en: string];

/** The words of all pages by task: `frame` stands on every page, each other file belongs to one task. */
// one to a line, in the order of the alphabet, so that two new tasks do not meet in one line
export const texts = {
  account,
  agencies,
  ask,
  audit,
  auditFault,
  auditField,
  auditNoun,
  auditState,
  auditVerb,
  authorities,
  blocks,
  certificate,
  changes,
  clientCertificates,
  dashboard,
  explanations,
  frame,
  lists,
  keyProof,
  jobs,
  keep,
  mine,
  newCertificate,
  oidc,
  operators,
  passkeys,
  receipts,
  register,
  people,
  renew,
  reorganisations,
  reports,
  revoke,
  search,
  signIn,
  status,
  transfers,
  trust,
  verify,
  work,
} as const satisfies Record<string, Readonly<Record<string, Pair>>>;

type Texts = typeof texts;
/** `renew.title`: the task, then the word. */
export type WordKey = { [T in keyof Texts]: `${T}.${keyof Texts[T] & string}` }[keyof Texts];
/** The words of one task, without its name. */
export type WordOf<T extends keyof Texts> = keyof Texts[T] & string;

const all: ReadonlyMap<string, Pair> = new Map(Object.entries(texts).flatMap(([task, words]) =>
  Object.entries(words as Record<string, Pair>).map(([key, pair]): [string, Pair] => [`${task}.${key}`, pair])));

/** Whether a text is the key of a word. */
export function isWordKey(text: string): text is WordKey {
  return all.has(text);
}

/** A word in both languages. */
export function inBoth(key: WordKey): Words {
  return { vi: wordsIn('vi')(key), en: wordsIn('en')(key) };
}

type Facts = Readonly<Record<string, string | number>>;

/** Says a word in one language. */
export interface Translate {
  (key: WordKey, facts?: Facts): string;
  language: Language;
}

/** The words of the pages in one language. @throws Error for a word that is not there: a template's slip */
export function wordsIn(language: Language): Translate {
  const place = language === 'vi' ? 0 : 1;
  const translate = (key: WordKey, facts: Facts = {}): string => {
    const pair = all.get(key);
    if (!pair) throw new Error(`there is no word ${key}`);
    return pair[place].replace(/\{(\w+)\}/g, (_all, name: string) => String(facts[name] ?? ''));
  };
  return Object.assign(translate, { language });
}
