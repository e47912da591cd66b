import { composeMail } from '../../../src/notifications/compose.ts';
import { mailTemplates, templates, type MailTemplate } from '../../../src/notifications/templates.ts';

const factsOf = (template: MailTemplate): Record<string, string> =>
  Object.fromEntries(templates[template].facts.map((fact) => [fact, /url|link/i.test(fact) ? `https://antin.example/${fact}` : `<${fact}>`]));

test.each(mailTemplates)('%s says everything in both languages, the chosen one first', (template) => {
  const facts = factsOf(template);
  for (const [language, other] of [['vi', 'en'], ['en', 'vi']] as const) {
    const mail = composeMail(template, language, facts);
    const [above = '', below = ''] = mail.text.split('----------');
    expect(above).toContain(language === 'vi' ? 'English below.' : 'Tiếng Việt ở bên dưới.');
    for (const [part, words] of [[above, templates[template][language]], [below, templates[template][other]]] as const) {
      const said = words.paragraphs.map((one) => one.replaceAll(/\{(\w+)\}/g, (_all, name: string) => facts[name]!));
      for (const paragraph of said) expect(part).toContain(paragraph);
    }
    expect(mail.text).not.toMatch(/\{\w+\}/);
    expect(mail.html).toContain(`<html lang="${language}">`);
    expect(mail.html).toContain(`<div lang="${other}">`);
    expect(mail.html).not.toMatch(/<(?!\/?(?:html|head|meta|title|body|p|a|hr|div|h2|br|!doctype))/);
    expect((mail.html.match(/<a href=/g) ?? []).length % 2).toBe(0);
  }
});

test('what differs between the languages is said in each; a mail queued before it was known says what it has', () => {
  const facts = { name: 'Nguyễn Văn A', serialNumber: '4a', ground: 'thất lạc thiết bị', revokedAt: '9:00' };
  const [above, below] = composeMail('revoked-by-code', 'vi', { ...facts, groundEn: 'the device is lost' }).text.split('----------');
  expect([above?.includes('lý do: thất lạc thiết bị'), above?.includes('the device is lost'), below?.includes('ground: the device is lost')]).toEqual([true, false, true]);
  expect(composeMail('revoked-by-code', 'vi', facts).text).toContain('ground: thất lạc thiết bị');
});
