import type { IncomingMessage, ServerResponse } from 'node:http';
import { anyone } from '../../access/actors.ts';
import { problemOf } from '../../http/problem-json.ts';
import { requestIdOf } from '../../http/request-id.ts';
import { readUpload } from '../../http/upload.ts';
import { Problem, problems } from '../../problems.ts';
import { holderGrounds, revokeByCode, type HolderGround } from '../../revocations/revoke-by-code.ts';
import { rates, takeRate } from '../../rates/take.ts';
import type { Services } from '../../services.ts';
import { renderPage } from '../layout/render.ts';
import { wordsIn, type Language, type WordKey } from '../text/words.ts';
import { languageOfPage, sendPage } from '../verify/page.ts';

const groundWords = { 'key-compromised': 'groundKeyCompromised', 'device-lost': 'groundDeviceLost', 'device-broken': 'groundDeviceBroken' } as const satisfies Record<HolderGround, WordKey>;

const wordsOfProblem: Readonly<Record<string, WordKey>> = {
  'code-not-accepted': 'revokeWrong', 'certificate-already-revoked': 'revokeAlready', 'invalid-fields': 'revokeIncomplete', 'malformed-request': 'revokeIncomplete',
  'unsupported-format': 'revokeIncomplete', 'too-many-requests': 'revokeTooMany',
};

interface Entered { serialNumber: string; ground: string }

function formPage(language: Language, entered: Entered, error?: string): string {
  const grounds = holderGrounds.map((value) => ({ value, word: groundWords[value] }));
  return renderPage('revoke/form.njk', language, { ...entered, grounds, error, here: '/revoke' });
}

/** The page on which a holder revokes with the code; works without any script. The code itself is never shown again. */
export function createRevokePageHandler(services: Services): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async (req, res) => {
    const language = languageOfPage(req.url);
    const entered: Entered = { serialNumber: '', ground: '' };
    if (req.method !== 'POST') return sendPage(req, res, { status: 200, language, html: formPage(language, entered) });
    try {
      await takeRate(services, { purpose: 'revocation', caller: req.socket.remoteAddress ?? '', rate: rates.anyone, setHeader: (name, value) => void res.setHeader(name, value) });
      const { fields } = await readUpload(req, { maxBytes: 1, files: [] });
      Object.assign(entered, { serialNumber: fields['serialNumber']?.slice(0, 80) ?? '', ground: fields['ground'] ?? '' });
      const order = orderOf(entered, fields['code'] ?? '');
      const { serialNumber, revokedAt } = await revokeByCode(services, anyone(requestIdOf(req)), order);
      const time = new Intl.DateTimeFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short', timeStyle: 'medium' }).format(revokedAt);
      sendPage(req, res, { status: 200, language, html: renderPage('revoke/done.njk', language, { serial: serialNumber, time: `${time} (+07:00)`, here: '/revoke' }) });
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === 'internal-error') services.log.error({ err: error }, 'the page for revocations failed');
      sendProblem(req, res, { language, entered, problem });
    }
  };
}

/** @throws Problem `invalid-fields` */
function orderOf({ serialNumber, ground }: Entered, code: string): Parameters<typeof revokeByCode>[2] {
  const hex = serialNumber.toLowerCase().replaceAll(/[\s:]/g, '');
  const known = holderGrounds.find((one) => one === ground);
  if (!/^(?:[0-9a-f]{2}){1,20}$/.test(hex) || code.trim() === '' || !known) throw new Problem('invalid-fields');
  return { serialNumber: hex, code, ground: known };
}

function sendProblem(req: IncomingMessage, res: ServerResponse, { language, entered, problem }: { language: Language; entered: Entered; problem: Problem }): void {
  const seconds = Number(problem.facts['retryAfterSeconds'] ?? 5);
  const { status } = problems[problem.code];
  if (status === 429 || status === 503) res.setHeader('Retry-After', String(seconds));
  const error = wordsIn(language)(wordsOfProblem[problem.code] ?? 'errorOther', { seconds });
  sendPage(req, res, { status, language, html: formPage(language, entered, error) });
}
