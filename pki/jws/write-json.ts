import { isArray, isObject, type JsonValue } from './json.ts';

/** JSON without white space; members as they came, or sorted as the canonical form has them (RFC 8785 §3.2.3). */
export function writeJson(value: JsonValue, { sorted }: { sorted: boolean }): string {
  if (isArray(value)) return `[${value.map((each) => writeJson(each, { sorted })).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = [...value];
  // by UTF-16 code units, as JavaScript compares strings
  if (sorted) members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${writeJson(each, { sorted })}`).join(',')}}`;
}
