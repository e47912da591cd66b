import type { Language } from '../http/language.ts';
import { templates, type MailRow, type MailTemplate } from './templates.ts';

/** A mail ready to be sent: the same words as plain text and as HTML. */
export interface ComposedMail { subject: string; text: string; html: string }

const maxSubjectCharacters = 200;
const footers: Readonly<Record<Language, string>> = {
  vi: 'Thư tự động của dịch vụ chứng thư số Ấn Tín; vui lòng không trả lời thư này.',
  en: 'An automatic message of the Ấn Tín certificate service; please do not answer it.',
};

/** Fills a template. Facts are only ever text: in a header they hold no line ends, in HTML they are escaped. */
export function composeMail(template: MailTemplate, language: Language, facts: Readonly<Record<string, string>>): ComposedMail {
  const row: MailRow = templates[template];
  const { subject, paragraphs, link } = row[language];
  const fill = (text: string, as: (fact: string) => string): string =>
    text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => as(Object.hasOwn(facts, name) ? facts[name]! : ''));
  const address = link ? webAddress(facts[link.fact]) : undefined;
  const title = oneLine(fill(subject, String)).slice(0, maxSubjectCharacters);
  const linked = link && address !== undefined ? { label: link.label, address } : undefined;
  return {
    subject: title,
    text: [...paragraphs.map((p) => plain(fill(p, String))), ...(linked ? [`${linked.label}: ${linked.address}`] : []), `-- \n${footers[language]}`, ''].join('\n\n'),
    html: page(language, title, [
      ...paragraphs.map((p) => `<p>${fill(p, escapeHtml).replaceAll('\n', '<br>\n')}</p>`),
      ...(linked ? [`<p><a href="${escapeHtml(linked.address)}">${escapeHtml(linked.label)}</a></p>`] : []),
    ]),
  };
}

// One column of text that every reader and screen reader takes, with the language named (WCAG 2.2 §3.1.1).
function page(language: Language, title: string, parts: readonly string[]): string {
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>
<body style="font-family: Arial, sans-serif; font-size: 16px; line-height: 1.5; color: #111; background: #fff; max-width: 40em">
${parts.join('\n')}
<hr>
<p>${escapeHtml(footers[language])}</p>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => plain(text).replaceAll(/[&<>"']/g, (c) => entities[c]!);

/** Line ends of every kind are what a header is split by. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ').replaceAll(/\s+/g, ' ').trim();
const plain = (text: string): string => text.replaceAll(/\r\n?/g, '\n').replaceAll(/[^\P{Cc}\n\t]|\p{Cs}/gu, '');

/** An address a mail may lead to; nothing else becomes a link. */
function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text).href;
}
