import type { Express, Request, Response } from 'express';
import { anyone } from '../../access/actors.ts';
import { checkFields } from '../../http/check-fields.ts';
import { readClientCertificate } from '../../http/client-certificate.ts';
import { clientAddress } from '../../http/client-address.ts';
import { routeOf } from '../../http/mount.ts';
import { problemOf } from '../../http/problem-json.ts';
import { requestIdOf } from '../../http/request-id.ts';
import { Problem } from '../../problems.ts';
import type { Services } from '../../services.ts';
import { findSession } from '../../sessions/find.ts';
import { wordsIn } from '../text/words.ts';
import { answerForm } from './answer-form.ts';
import { answerPage, type Setting } from './answer.ts';
import { journeyCookieName, languageCookie, readCookies, sessionCookie, sessionCookieName } from './cookies.ts';
import { fieldsOf, languageOfPage } from './incoming.ts';
import { requireOwnOrigin } from './origin.ts';
import { isPagePath, mayOpen, redirect, type Answer, type Page, type PageCall } from './page.ts';
import { problemPage, sayWait } from './problem-page.ts';

/** Puts the pages on Express: session, permission, origin, form, handler, in this order for every one. Errors are pages too. */
export function mountPages(app: Express, pages: readonly Page[], services: Services): void {
  for (const page of pages) app[page.method](page.path, (req, res) => servePage({ page, pages, services, req, res }));
  app.use((req, res, next) => (isForPeople(req) ? serveMissing({ pages, services, req, res }) : next()));
}

/** Browsers name HTML; systems on the API's side get their problem documents. */
const isForPeople = (req: Request): boolean =>
  (req.method === 'GET' || req.method === 'HEAD') && !req.path.startsWith('/api/') && /text\/html/.test(req.headers.accept ?? '');

interface Serving { pages: readonly Page[]; services: Services; req: Request; res: Response }

async function serveMissing(serving: Serving): Promise<void> {
  const plain = settingWithout(serving);
  const setting = await withSession(serving, plain).catch(() => plain);
  await answerPage(setting, problemPage(new Problem('not-found'), setting.t.language, setting.from.requestId));
}

async function servePage(serving: Serving & { page: Page }): Promise<void> {
  const { page, req } = serving;
  routeOf.set(req, page);
  let setting = settingWithout(serving);
  try {
    setting = await withSession(serving, setting);
    await answerPage(setting, await answerOf(serving, setting));
  } catch (error) {
    const refusal = refusalOf(setting, error);
    if (serving.res.headersSent) serving.res.destroy();
    else await answerPage(setting, refusal);
  }
}

async function withSession({ services, req, res }: Serving, setting: Setting): Promise<Setting> {
  const token = readCookies(req).get(sessionCookieName(services.config));
  const session = token ? await findSession(services, token, setting.from.requestId) : undefined;
  if (token && !session) res.append('Set-Cookie', sessionCookie(services.config, ''));
  return session ? { ...setting, session, actor: session.actor } : setting;
}

/** What every page needs, an error page too; nobody is signed in yet. */
function settingWithout({ pages, services, req, res }: Serving): Setting {
  const { language, chosen } = languageOfPage(req);
  if (chosen) res.append('Set-Cookie', languageCookie(services.config, language));
  const requestId = requestIdOf(req);
  const from = { address: clientAddress(req, services.config), userAgent: req.headers['user-agent'] ?? '', requestId };
  return { pages, services, req, res, actor: anyone(requestId), session: undefined, t: wordsIn(language), from, here: req.originalUrl };
}

async function answerOf({ page, req, res }: Serving & { page: Page }, setting: Setting): Promise<Answer> {
  const { services, actor } = setting;
  if (page.method === 'post') requireOwnOrigin(req, services.config);
  if (!mayOpen(actor, page.allow)) {
    if (actor.kind === 'anyone') return redirect(signInPath(setting));
    throw new Problem('not-permitted');
  }
  const journey = readCookies(req).get(journeyCookieName(services.config));
  const call = callOf(page, setting, { params: readParams(page, req), journey, signal: signalOf(res) });
  if (page.method === 'get') return page.handle(call);
  return answerForm(page, call, { req, res });
}

/** Back to the page itself after signing in; a form that was sent is not sent again. */
function signInPath({ pages, req, here }: Setting): string {
  const [path = '/'] = here.split('?');
  const back = req.method === 'GET' || req.method === 'HEAD' ? here : isPagePath(pages, path) ? path : '/';
  return `/sign-in?to=${encodeURIComponent(back)}`;
}

function callOf(page: Page, { services, req, res, actor, session, t, from, here }: Setting, given: Pick<PageCall, 'params' | 'journey' | 'signal'>): PageCall {
  const query = checkFields(page.query, fieldsOf(new URLSearchParams(here.split('?')[1] ?? '')), 'query');
  return { services, actor, session, query, body: {}, files: {}, language: t.language, t, here, from, clientCertificate: () => readClientCertificate(req, services.config), setHeader: (name, value) => void res.setHeader(name, value), ...given };
}

function readParams(page: Page, req: Request): unknown {
  const read = page.params?.safeParse(req.params);
  if (read && !read.success) throw new Problem('not-found');
  return read ? read.data : {};
}

function refusalOf({ services, res, t, from }: Setting, error: unknown): Answer {
  const problem = problemOf(error);
  if (problem.code === 'internal-error') services.log.error({ err: error, requestId: from.requestId }, 'a page failed');
  if (!res.headersSent) sayWait(res, problem);
  return problemPage(problem, t.language, from.requestId);
}

function signalOf(res: Response): AbortSignal {
  const left = new AbortController();
  res.once('close', () => left.abort());
  return left.signal;
}
