import type { IncomingMessage, ServerResponse } from 'node:http';
import { anyone } from '../../access/actors.ts';
import { problemOf } from '../../http/problem-json.ts';
import { requestIdOf } from '../../http/request-id.ts';
import { readUpload } from '../../http/upload.ts';
import { Problem, problems } from '../../problems.ts';
import { rates, takeRate } from '../../rates/take.ts';
import type { Services } from '../../services.ts';
import { verifyDocument } from '../../verification/verify.ts';
import { renderPage } from '../layout/render.ts';
import { wordsIn, type Language, type WordKey } from '../text/words.ts';
import { presentAnswer } from './present.ts';

const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Vietnamese unless `?lang=en` asks for English: one address, one language, whatever the browser prefers. */
export function languageOfPage(url: string | undefined): Language {
  return new URLSearchParams((url ?? '').split('?')[1] ?? '').get('lang') === 'en' ? 'en' : 'vi';
}

/** The page with the form. */
export function formPage(language: Language, maxBytes: number, error?: string): string {
  return renderPage('verify/form.njk', language, { maxMegabytes: Math.floor(maxBytes / 1_048_576), error });
}

/**
 * Takes the form of the public page and answers with the verdict as a page; works without any script.
 * Errors are pages too, with the status of their problem.
 */
export function createVerifyPageHandler(services: Services): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { maxDocumentBytes } = services.config;
  return async (req, res) => {
    const language = languageOfPage(req.url);
    if (req.method !== 'POST') {
      res.writeHead(303, { Location: `/?lang=${language}`, 'Content-Length': 0 }).end();
      return;
    }
    try {
      await takeRate(services, { purpose: 'verification', caller: req.socket.remoteAddress ?? '', rate: rates.anyone, setHeader: (name, value) => void res.setHeader(name, value) });
      const { files } = await readUpload(req, { maxBytes: maxDocumentBytes, files: ['file', 'content'] });
      const file = files['file'];
      if (!file || file.bytes.length === 0) throw new Problem('invalid-fields');
      const content = files['content']?.bytes;
      const answer = await verifyDocument(services, anyone(requestIdOf(req)), {
        name: file.name, file: file.bytes, content: content && content.length > 0 ? content : undefined,
      });
      sendPage(req, res, { status: 200, language, html: renderPage('verify/result.njk', language, { view: presentAnswer(answer, language) }) });
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === 'internal-error') services.log.error({ err: error }, 'the public page failed');
      sendProblemPage(req, res, { language, problem, maxDocumentBytes });
    }
  };
}

const wordsOfProblem: Readonly<Record<string, WordKey>> = {
  'invalid-fields': 'errorNoFile', 'malformed-request': 'errorNoFile', 'unsupported-format': 'errorNoFile', 'too-large': 'errorTooLarge',
  'document-unreadable': 'errorUnreadable', 'too-many-requests': 'errorTooMany', 'took-too-long': 'errorTooLong',
};

interface ProblemPage { language: Language; problem: Problem; maxDocumentBytes: number }

function sendProblemPage(req: IncomingMessage, res: ServerResponse, { language, problem, maxDocumentBytes }: ProblemPage): void {
  const seconds = Number(problem.facts['retryAfterSeconds'] ?? 5);
  const { status } = problems[problem.code];
  if (status === 429 || status === 503) res.setHeader('Retry-After', String(seconds));
  const error = wordsIn(language)(wordsOfProblem[problem.code] ?? 'errorOther', { size: Math.floor(maxDocumentBytes / 1_048_576), seconds });
  sendPage(req, res, { status, language, html: formPage(language, maxDocumentBytes, error) });
}

/** Sends a page with the headers that every page of ours has. */
export function sendPage(req: IncomingMessage, res: ServerResponse, { status, language, html }: { status: number; language: Language; html: string }): void {
  if (res.headersSent) return;
  const body = Buffer.from(html);
  res.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8', 'Content-Length': body.length, 'Content-Language': language, 'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer',
  });
  res.end(req.method === 'HEAD' ? undefined : body);
}
