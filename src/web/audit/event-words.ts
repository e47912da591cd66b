import { isWordKey, type Translate } from '../text/words.ts';

/** What an entry's event means in words: `certificate.revoked` is "chứng thư: thu hồi". An event that has no words keeps its code. */
export function eventText(action: string, t: Translate): string {
  const [noun = '', verb = ''] = action.split('.');
  const [nounKey, verbKey] = [`auditNoun.${noun}`, `auditVerb.${verb}`];
  return isWordKey(nounKey) && isWordKey(verbKey) ? t('audit.event', { noun: t(nounKey), verb: t(verbKey) }) : action;
}

/** The kind of thing an entry is about. */
export function subjectText(type: string, t: Translate): string {
  const key = `auditNoun.${type}`;
  return isWordKey(key) ? t(key) : type;
}
