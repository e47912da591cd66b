import type { Language } from '../http/language.ts';
import { templates, type MailRow, type MailTemplate } from './templates.ts';

/** A mail ready to be sent: the same words as plain text and as HTML. */
export interface ComposedMail { subject: string; text: string; html: string }

const maxSubjectCharacters = 200;
const footers: Readonly<Record<Language, string>> = {
  vi: 'Thư tự động của dịch vụ chứng thư số Ấn Tín; vui lòng không trả lời thư này.',
  en: 'An automatic message of the Ấn Tín certificate service; please do not answer it.',
};

const otherOf: Readonly<Record<Language, Language>> = { vi: 'en', en: 'vi' };
const belowWords: Readonly<Record<Language, string>> = { vi: 'Tiếng Việt ở bên dưới.', en: 'English below.' };

type Facts = Readonly<Record<string, string>>;
interface Section { language: Language; title: string; paragraphs: readonly string[]; /** the same, escaped */ html: readonly string[]; footer: string }

/**
 * Fills a template: its language first and the whole in the other one below, for whoever reads it may know one of the two alone.
 * Facts are only ever text: in a header they hold no line ends, in HTML they are escaped.
 */
export function composeMail(template: MailTemplate, language: Language, facts: Facts): ComposedMail {
  const row: MailRow = templates[template];
  const [first, second] = [sectionOf(row, language, facts), sectionOf(row, otherOf[language], facts)];
  const below = belowWords[second.language];
  return {
    subject: first.title,
    text: [...first.paragraphs, below, first.footer, '----------', second.title, ...second.paragraphs, second.footer, ''].join('\n\n'),
    html: page(first, second, below),
  };
}

function sectionOf(row: MailRow, language: Language, facts: Facts): Section {
  const { subject, paragraphs, link } = row[language];
  const fill = (text: string, as: (fact: string) => string): string => text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => as(factOf(facts, name)));
  const address = link ? webAddress(facts[link.fact]) : undefined;
  const linked = link && address !== undefined ? { label: link.label, address } : undefined;
  return {
    language, footer: footers[language], title: oneLine(fill(subject, String)).slice(0, maxSubjectCharacters),
    paragraphs: [...paragraphs.map((p) => plain(fill(p, String))), ...(linked ? [`${linked.label}: ${linked.address}`] : [])],
    html: [
      ...paragraphs.map((p) => `<p>${fill(p, escapeHtml).replaceAll('\n', '<br>\n')}</p>`),
      ...(linked ? [`<p><a href="${escapeHtml(linked.address)}">${escapeHtml(linked.label)}</a></p>`] : []),
    ],
  };
}

/** `groundEn` is the English of `ground`; a mail that was queued without it says what it has. */
function factOf(facts: Facts, name: string): string {
  const known = [name, name.replace(/En$/, '')].find((one) => Object.hasOwn(facts, one));
  return known === undefined ? '' : facts[known]!;
}

// One column of text that every reader and screen reader takes, with the language of each part named (WCAG 2.2 §3.1.1, §3.1.2).
function page(first: Section, second: Section, below: string): string {
  return `<!doctype html>
<html lang="${first.language}">
<head><meta charset="utf-8"><title>${escapeHtml(first.title)}</title></head>
<body style="font-family: Arial, sans-serif; font-size: 16px; line-height: 1.5; color: #111; background: #fff; max-width: 40em">
${first.html.join('\n')}
<p lang="${second.language}">${escapeHtml(below)}</p>
<p>${escapeHtml(first.footer)}</p>
<hr>
<div lang="${second.language}">
<h2 style="font-size: 18px">${escapeHtml(second.title)}</h2>
${second.html.join('\n')}
<p>${escapeHtml(second.footer)}</p>
</div>
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
