import { z } from 'zod';
import { matchLeavers, type LeaverOutcome, type Proposal } from '../../leavers/match.ts';
import type { LeaverMistake } from '../../leavers/read.ts';
import { Problem, problems } from '../../problems.ts';
import { emptyForm, filledForm, type Form, refused } from '../frame/form.ts';
import { showDate } from '../frame/formats.ts';
import { html, page, type Html, type Mistakes } from '../frame/page.ts';
import type { Translate, WordKey } from '../text/words.ts';

/** As much as a field of a form takes; longer lists go by the API. */
const maxBytes = 60_000;
const mistakes: Mistakes = { 'too-large': { field: 'list', word: 'lists.fileTooLarge' } };
const proposals = {
  revoke: ['bad', 'lists.proposeRevoke'], change: ['note', 'lists.proposeChange'], decide: ['wait', 'lists.proposeDecide'], nothing: ['off', 'lists.proposeNothing'],
  'check-person': ['wait', 'lists.proposeCheck'], unknown: ['off', 'lists.proposeUnknown'],
} as const satisfies Record<Proposal, readonly [string, WordKey]>;
const fieldWords = {
  unreadable: 'lists.lineUnreadable', 'name-missing': 'lists.lineNoName', 'nobody-named': 'lists.lineNobody', 'national-id': 'lists.lineNumber',
  'departure-unknown': 'lists.lineReason', repeated: 'lists.lineRepeated',
} as const satisfies Record<LeaverMistake['code'], WordKey>;

/** People who left, matched against the certificates they still have; the revocations that follow are handed in together. */
export const leaverPages = [
  page({ method: 'get', path: '/leavers', allow: 'request:submit', handle: async () => leaverForm(emptyForm) }),
  page({
    method: 'post', path: '/leavers', allow: 'request:submit', mistakes, upload: { maxBytes, files: ['file'] }, body: z.object({ list: z.string().optional(), submit: z.literal('yes').optional() }),
    again: async (_call, form) => leaverForm(form),
    handle: async ({ services, actor, body, files, t }) => {
      const list = files['file'] ? Buffer.from(files['file'].bytes).toString('utf8') : body.list?.trim() ?? '';
      if (list === '') throw refused('list', 'lists.listMissing');
      const found = await matchLeavers(services, actor, Buffer.from(list), body.submit === 'yes').catch((error: unknown) => {
        throw error instanceof Problem && error.code === 'invalid-fields' ? refused('list', 'lists.headerWrong') : error;
      });
      return html('leavers/matched.njk', {
        form: filledForm({ list }), isSent: body.submit === 'yes', people: found.people.map((one) => personOf(one, t)), toSend: countOf(found.people, null), sent: countOf(found.people, 'asked'),
        mistakes: found.mistakes.map(({ line, code }) => ({ line: String(line), mistake: t(fieldWords[code]) })),
      });
    },
  }),
];

const leaverForm = (form: Form): Html => html('leavers/new.njk', { form });

const countOf = (people: readonly LeaverOutcome[], which: 'asked' | null): number =>
  people.filter(({ proposal }) => proposal === 'revoke').flatMap(({ certificates }) => certificates).filter(({ requestId, problem }) => problem === null && (requestId !== null) === (which === 'asked')).length;

function personOf({ line, name, proposal, officialId, certificates }: LeaverOutcome, t: Translate): Record<string, unknown> {
  const [tag, word] = proposals[proposal];
  return {
    line: String(line), name, officialId, tag, proposal: t(word), decide: proposal === 'decide' || proposal === 'change', revocable: proposal === 'decide',
    certificates: certificates.map((one) => ({ ...one, ends: t('people.certificateEnds', { date: showDate(one.notAfter) }), problemText: one.problem && problems[one.problem][t.language] })),
  };
}
