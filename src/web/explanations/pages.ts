import { messageLevels, type MessageCode } from '../../../pki/validation/messages.ts';
import type { Language } from '../../http/language.ts';
import { indicationWords, subIndicationWords } from '../../verification/conclusion-words.ts';
import { messageWords, type MessageWords } from '../../verification/message-words.ts';
import { html, page } from '../frame/page.ts';
import type { Translate, WordKey } from '../text/words.ts';

interface Explained { code: string; means: string; todo: string }
interface Group { id: string; title: string; rows: Explained[] }

const grouped = Object.groupBy(Object.keys(messageLevels) as MessageCode[], (code) => messageLevels[code]);

/** The facts of one document are not known here: their places stay open. */
const open = (text: string): string => text.replaceAll(/\{\w+\}/g, '…');

function explained(table: Readonly<Record<string, MessageWords>>, codes: readonly string[], language: Language): Explained[] {
  return codes.map((code) => ({ code, means: open(table[code]!.means[language]), todo: open(table[code]!.todo[language]) }));
}

function groupsOf(t: Translate): Group[] {
  const group = (id: string, title: WordKey, table: Readonly<Record<string, MessageWords>>, codes: readonly string[] = Object.keys(table)): Group =>
    ({ id, title: t(title), rows: explained(table, codes, t.language) });
  return [
    group('outcomes', 'explanations.outcomes', indicationWords),
    group('errors', 'explanations.errors', messageWords, grouped.error),
    group('warnings', 'explanations.warnings', messageWords, grouped.warning),
    group('infos', 'explanations.infos', messageWords, grouped.info),
    group('reasons', 'explanations.reasons', subIndicationWords),
  ];
}

/** Every code a result can hold, each at an address of its own: `/explanations#certificate-revoked`. */
export const explanationPages = [
  page({ method: 'get', path: '/explanations', allow: 'anyone', handle: async ({ t }) => html('explanations/explanations.njk', { groups: groupsOf(t) }) }),
];
