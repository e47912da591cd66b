import { isRole, roleWords } from '../account/role-words.ts';
import { showDateTime } from '../frame/formats.ts';
import { isWordKey, type Translate } from '../text/words.ts';

/** A field's name in words: `agencyPath` is "Đường dẫn cơ quan", `actions.0.name` "Việc 1: tên". A part that has no words keeps its name. */
export function fieldText(path: string, t: Translate): string {
  const said: string[] = [];
  for (const part of path.split('.')) {
    if (/^\d+$/.test(part) && said.length > 0) said.push(`${said.pop()} ${Number(part) + 1}`);
    else said.push(nameOf(part, t));
  }
  const text = said.join(': ');
  return text.charAt(0).toLocaleUpperCase(t.language) + text.slice(1);
}

/** Whether every part of a field's path has words. */
export const hasWords = (path: string): boolean => path.split('.').every((part) => /^\d+$/.test(part) || isWordKey(`auditField.${part}`));

function nameOf(part: string, t: Translate): string {
  const key = `auditField.${part}`;
  return isWordKey(key) ? t(key) : part;
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

/** A value as people read it, where that is more than its letters: times, yes and no, states, roles. */
export function valueText(path: string, value: string, t: Translate): string {
  if (instant.test(value)) return showDateTime(new Date(value));
  if (value === 'true' || value === 'false') return t(value === 'true' ? 'audit.yes' : 'audit.no');
  const [field] = path.split('.').filter((part) => !/^\d+$/.test(part)).slice(-1);
  const state = `auditState.${value}`;
  if (field === 'state' && isWordKey(state)) return t(state);
  return field === 'roles' ? value.split(', ').map((role) => (isRole(role) ? t(roleWords[role]) : role)).join(', ') : value;
}
