import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor, Services } from '../../services.ts';
import type { OpenSession } from '../../sessions/find.ts';
import type { Origin } from '../../sessions/start.ts';
import { buildFormToken } from '../../sessions/token.ts';
import type { Translate } from '../text/words.ts';
import { journeyCookie, sessionCookie } from './cookies.ts';
import { emptyForm } from './form.ts';
import { withQuery } from './formats.ts';
import { navigationFor } from './navigation.ts';
import { isPagePath, type Answer, type Download, type Events, type Html, type Page, type Values } from './page.ts';
import { renderPage } from './render.ts';
import { sendHtml } from './send.ts';

/** All that stands around a page while it is answered. */
export interface Setting {
  pages: readonly Page[];
  services: Services;
  req: IncomingMessage;
  res: ServerResponse;
  actor: Actor;
  session: OpenSession | undefined;
  t: Translate;
  from: Origin;
  here: string;
}

const contentSecurityPolicy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "img-src 'self' data:", "connect-src 'self'", "form-action 'self'",
  "base-uri 'none'", "frame-ancestors 'none'",
].join('; ');

/** Sends what a page's handler answered, with the headers every page has. */
export async function answerPage(setting: Setting, answer: Answer): Promise<void> {
  const { req, res, session, t } = setting;
  res.setHeader('Content-Security-Policy', contentSecurityPolicy);
  // the own address stays inside; forms carry their origin, which no-referrer would take from them
  res.setHeader('Referrer-Policy', 'same-origin');
  res.setHeader('Content-Language', t.language);
  res.setHeader('Cache-Control', session || answer.kind !== 'html' ? 'no-store' : 'private, no-cache');
  switch (answer.kind) {
    case 'html': return sendHtml(req, res, answer.status ?? 200, renderPage(answer.template, t.language, factsOf(setting, answer)));
    case 'redirect': return sendRedirect(setting, answer);
    case 'file': return sendFile(res, answer);
    case 'values': return sendValues(res, answer);
    case 'events': return sendEvents(res, answer);
  }
}

function factsOf({ pages, services, actor, session, t, here, req }: Setting, { facts }: Html): Record<string, unknown> {
  const path = here.split('?')[0]!;
  // a page that answered a form has no address of its own: the switch leads to the page the form stands on
  const base = req.method === 'POST' && !isPagePath(pages, path) ? '/' : here;
  const other = t.language === 'vi' ? 'en' : 'vi';
  return {
    form: emptyForm, ...facts, here, otherLanguage: other, otherLanguagePath: withQuery(base, { lang: other }),
    navigation: navigationFor(pages, actor, here, t), signedIn: session ? { name: actor.name, kind: actor.kind } : undefined,
    formToken: session ? buildFormToken(session.token, (bytes) => services.random(bytes)) : '',
  };
}

function sendRedirect({ services: { config }, res }: Setting, { path, session, journey }: Extract<Answer, { kind: 'redirect' }>): void {
  if (session) res.appendHeader('Set-Cookie', sessionCookie(config, session === 'ended' ? '' : session.token));
  if (journey !== undefined) res.appendHeader('Set-Cookie', journeyCookie(config, journey));
  res.writeHead(303, { Location: path, 'Content-Length': 0 });
  res.end();
}

function sendFile(res: ServerResponse, { bytes, contentType, fileName }: Download): void {
  const plain = fileName.replaceAll(/[^\w.-]/g, '_');
  res.writeHead(200, {
    'Content-Type': contentType, 'Content-Length': bytes.length,
    'Content-Disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`,
  });
  res.end(bytes);
}

function sendValues(res: ServerResponse, { values }: Values): void {
  const bytes = Buffer.from(JSON.stringify(values));
  res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': bytes.length });
  res.end(bytes);
}

/** A comment this often keeps proxies from cutting a quiet stream off. */
const keepAliveMs = 15_000;

async function sendEvents(res: ServerResponse, { source }: Events): Promise<void> {
  res.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
  const timer = setInterval(() => res.write(':\n\n'), keepAliveMs);
  try {
    for await (const { event, data } of source) {
      if (res.destroyed) break;
      res.write(`${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`);
    }
  } finally {
    clearInterval(timer);
    res.end();
  }
}
