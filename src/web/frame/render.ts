import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nunjucks from 'nunjucks';
import type { Language } from '../../http/language.ts';
import { wordsIn } from '../text/words.ts';
import { assetPath } from './assets.ts';
import { showDate, showDateTime, showHex, showNumber, withQuery } from './formats.ts';

const patterns = join(dirname(createRequire(import.meta.url).resolve('govuk-frontend/package.json')), 'dist');
const folders = [fileURLToPath(new URL('..', import.meta.url)), patterns];

/** One environment a language: words, dates and numbers are then right in macros too, which see no page. */
function environment(language: Language): nunjucks.Environment {
  const env = new nunjucks.Environment(new nunjucks.FileSystemLoader(folders, { noCache: false }), { autoescape: true, trimBlocks: true, lstripBlocks: true });
  const orEmpty = <T>(show: (value: T) => string) => (value: T | null | undefined): string => (value === null || value === undefined ? '' : show(value));
  env.addGlobal('t', wordsIn(language)).addGlobal('language', language).addGlobal('asset', assetPath);
  env.addFilter('date', orEmpty(showDate)).addFilter('dateTime', orEmpty(showDateTime)).addFilter('hex', orEmpty(showHex));
  env.addFilter('number', orEmpty((value: number) => showNumber(value, language)));
  env.addFilter('query', withQuery);
  return env;
}

const environments = { vi: environment('vi'), en: environment('en') };

/** A page in one language. Everything a person or another system sent is escaped by the template engine. */
export function renderPage(template: string, language: Language, facts: Readonly<Record<string, unknown>>): string {
  return environments[language].render(template, { ...facts });
}
