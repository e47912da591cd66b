export type Language = 'vi' | 'en';

/** Vietnamese unless the caller prefers English (RFC 9110 §12.5.4). */
export function languageOf(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined) return 'vi';
  const weight = { vi: 0, en: 0 };
  for (const range of acceptLanguage.slice(0, 500).toLowerCase().split(',')) {
    const [tag = '', q] = range.split(';');
    const language = tag.trim().split('-')[0];
    if (language !== 'vi' && language !== 'en') continue;
    const value = q === undefined ? 1 : Number(/^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(q)?.[1] ?? 0);
    weight[language] = Math.max(weight[language], value);
  }
  return weight.en > weight.vi ? 'en' : 'vi';
}
