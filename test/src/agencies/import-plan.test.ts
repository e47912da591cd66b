import fc from 'fast-check';
import { parentCode, parseAgencyCode, pathLabel } from '../../../src/agencies/code.ts';
import { planImport, type ImportPlan, type Register } from '../../../src/agencies/import-plan.ts';
import type { ImportRow } from '../../../src/agencies/import-row.ts';
import type { KnownAgency } from '../../../src/agencies/store.ts';
import { systemActor } from '../../../src/access/actors.ts';

const at = new Date('2026-11-02T02:00:00Z');
const began = new Date('2025-01-01T00:00:00+07:00');
const codes = ['H05', 'H49', 'H05.1', 'H05.2', 'H05.1.1', 'H05.1.2', 'H05.2.1', 'H49.1', '000.00.01.H49'];
const known = (code: string, change: Partial<KnownAgency> = {}): KnownAgency => {
  const above = parentCode(code);
  return {
    id: code, code, path: above === undefined ? code : `${known(above).path}.${pathLabel(code)}`, name: `Tên ${code}`, certificateName: `Tên ${code}`, nameSince: began,
    unitCode: null, locality: null, validFrom: began, validTo: null, successorCode: null, ...change,
  };
};
const register = (): Register => ({
  agencies: new Map([known('H05'), known('H49'), known('H05.1'), known('H49.1', { validTo: new Date('2025-07-01T00:00:00+07:00') })].map((agency) => [agency.code, agency])),
  aliases: new Map([['000.00.01.H49', 'H49.1']]),
});
const row = fc.record({
  code: fc.constantFrom(...codes), name: fc.constantFrom('Tên H05', 'Tên H05.1', 'Sở', 'x'.repeat(70)), certificateName: fc.constantFrom(undefined, 'Sở'),
  unitCode: fc.constantFrom(undefined, '24'), locality: fc.constant(undefined), validFrom: fc.constantFrom(undefined, began),
  validTo: fc.constantFrom(undefined, new Date('2026-01-01T00:00:00+07:00'), new Date('2030-01-01T00:00:00+07:00')),
  successor: fc.constantFrom(undefined, ...codes), aliases: fc.subarray(['000.00.01.H05', '000.00.01.H49'], { maxLength: 1 }),
});
const file = fc.array(row, { maxLength: 12 }).map((rows): ImportRow[] => rows.map((one, i) => ({ ...one, line: i + 2 })));
const linesOf = (list: readonly { line: number }[]): number[] => list.map(({ line }) => line);
const run = (rows: ImportRow[], agencyPath?: string): ImportPlan => planImport({ ...systemActor('test'), agencyPath }, rows, register(), at);

test('every line is either done whole, or refused, or changes nothing', () => {
  fc.assert(fc.property(file, (rows) => {
    const plan = run(rows);
    const done = new Set([...linesOf(plan.added), ...linesOf(plan.renamed), ...linesOf(plan.changed), ...linesOf(plan.closed)]);
    const refused = new Set(linesOf(plan.refused));
    expect([...done].filter((line) => refused.has(line))).toEqual([]);
    expect(done.size + refused.size + plan.unchanged).toBe(rows.length);
  }), { numRuns: 500 });
});

test('whatever is done in the order of the plan finds what it stands on', () => {
  fc.assert(fc.property(file, (rows) => {
    const plan = run(rows);
    const standing = register().agencies;
    for (const { agency } of plan.added) {
      const above = parentCode(agency.code);
      expect(above === undefined || standing.has(above)).toBe(true);
      expect(standing.has(agency.code)).toBe(false);
      standing.set(agency.code, agency);
    }
    const open = new Set([...standing.values()].filter((agency) => !agency.validTo).map(({ code }) => code));
    for (const { agency, successor } of plan.closed) {
      open.delete(agency.code);
      expect([...open].some((code) => code.startsWith(`${agency.code}.`) && code.split('.').length === agency.code.split('.').length + 1)).toBe(false);
      expect(successor === undefined || standing.has(successor.code)).toBe(true);
    }
    // whoever takes over is open in the end
    expect(plan.closed.filter(({ successor }) => successor && !open.has(successor.code))).toEqual([]);
  }), { numRuns: 500 });
});

test('nothing outside the reach is touched', () => {
  fc.assert(fc.property(file, (rows) => {
    const plan = run(rows, 'H05');
    const touched = [...plan.added, ...plan.renamed, ...plan.changed, ...plan.closed].map(({ agency }) => agency.code);
    expect(touched.filter((code) => parseAgencyCode(code)?.canonical.startsWith('H49'))).toEqual([]);
  }));
});
