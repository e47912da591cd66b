/** One field of an entry's change, as text; undefined where that side has none. */
export interface ChangedField { field: string; before: string | undefined; after: string | undefined; isChanged: boolean }

const mostFields = 200;

/** The two sides of a change field by field, nested ones under their path, in the order of their names. */
export function changedFields(before: unknown, after: unknown): ChangedField[] {
  const [old, young] = [flatten(before), flatten(after)];
  const names = [...new Set([...old.keys(), ...young.keys()])].toSorted().slice(0, mostFields);
  return names.map((field) => ({ field, before: old.get(field), after: young.get(field), isChanged: old.get(field) !== young.get(field) }));
}

function flatten(value: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const waiting: [string, unknown][] = [['', value]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, one] = next;
    if (typeof one === 'object' && one !== null && Object.keys(one).length > 0) {
      for (const [name, inner] of Object.entries(one)) waiting.push([path === '' ? name : `${path}.${name}`, inner]);
    } else if (one !== null && one !== undefined) {
      found.set(path === '' ? '=' : path, typeof one === 'string' ? one : JSON.stringify(one));
    }
  }
  return found;
}
