import type { IncomingMessage, ServerResponse } from 'node:http';
import { problemOf } from '../../http/problem-json.ts';
import { Problem, problems } from '../../problems.ts';
import { matchesFormToken } from '../../sessions/token.ts';
import { formAgain, mistakesOf, readForm, type Form } from './form.ts';
import { readSentForm } from './incoming.ts';
import type { Answer, Page, PageCall } from './page.ts';
import { sayWait } from './problem-page.ts';

/**
 * Takes a form: its token, its fields by the schema, then the handler. What the person can mend is shown in the form again.
 * @throws Problem `form-expired`, and every refusal that the form cannot mend
 */
export async function answerForm(page: Page, call: PageCall, { req, res }: { req: IncomingMessage; res: ServerResponse }): Promise<Answer> {
  let values: Form['values'] = {};
  try {
    const sent = await readSentForm(req, page, call.services.config);
    const { form_token: formToken, ...fields } = sent.fields;
    requireFormToken(call, formToken);
    values = fields;
    const read = readForm(page.body, fields, call.t);
    if (!('mistakes' in read)) return await page.handle({ ...call, body: read.body, files: sent.files });
    if (!page.again) throw new Problem('invalid-fields');
    return { ...(await page.again(call, formAgain(page, values, read.mistakes))), status: 422 };
  } catch (error) {
    const problem = problemOf(error);
    const mistakes = page.again && mistakesOf(problem, page.mistakes ?? {}, call.t);
    if (!page.again || !mistakes) throw error;
    sayWait(res, problem);
    return { ...(await page.again(call, formAgain(page, values, mistakes))), status: problems[problem.code].status };
  }
}

function requireFormToken({ session }: PageCall, sent: unknown): void {
  if (session && !(typeof sent === 'string' && matchesFormToken(session.token, sent))) throw new Problem('form-expired');
}
