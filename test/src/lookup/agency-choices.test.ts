import { createAgency } from '../../../src/agencies/create.ts';
import { endAgency } from '../../../src/agencies/close.ts';
import { chooseAgency, findAgencyChoices, mostChoices } from '../../../src/lookup/agency-choices.ts';
import { actorFor, testServices } from '../../database.ts';

const services = await testServices();
const author = await actorFor(services, 'operator');
const found: Record<string, string> = {
  'H05.1': 'Sở Nội vụ', 'H05.2': 'Sở Nông nghiệp và Môi trường', 'H05.3': 'Ủy ban nhân dân phường Kinh Bắc', 'H05.3.1': 'Văn phòng', 'H01.1': 'Sở Nội vụ', 'H01.2': 'Văn phòng Sở Nội vụ',
};
for (const [code, name] of Object.entries(found)) await createAgency(services, author, { code, name });
for (let i = 1; i <= mostChoices + 5; i++) await createAgency(services, author, { code: `H26.${i}`, name: `Trường Tiểu học ${i}` });
const gone = await createAgency(services, author, { code: 'H05.9', name: 'Phòng Đã giải thể' });
services.clock.advance({ minutes: 1 });
await services.db.transaction((tx) => endAgency(tx, author, gone.id, { at: services.now() }));
const codes = async (typed: string, within?: string): Promise<string[]> => (await findAgencyChoices(services, typed, within)).map(({ code }) => code);

test.each([
  ['without diacritics, in any case', 'SO NONG nghiep', undefined, ['H05.2']], ['words in any order, also those of the one above', 'bac ninh noi vu', undefined, ['H05.1']],
  ['a whole name stands before one that has more', 'sở nội vụ', undefined, ['H01.1', 'H05.1', 'H01.2']], ['of the own tree alone', 'sở nội vụ', 'H05', ['H05.1']],
  ['the beginning of a code', 'H05.3', undefined, ['H05.3', 'H05.3.1']], ['none that has ended', 'đã giải thể', undefined, []], ['nothing for a letter', 'x', undefined, []],
  ['marks of a pattern are letters like others', '%%', undefined, []], ['words of the one above alone are not enough', 'kinh bac', 'H05.H05_3', ['H05.3']],
])('%s', async (_rule, typed, within, expected) => {
  expect(await codes(typed, within)).toEqual(expected);
});

test('more than somebody looks through are not offered', async () => {
  expect(await codes('tieu hoc')).toHaveLength(mostChoices);
});

test.each([
  ['a code', 'H05.2', 'H05.2'], ['a code in small letters', 'h05.2', 'H05.2'], ['as it is offered', 'Sở Nội vụ (H05.1)', 'H05.1'],
  ['a name that only one has', 'kinh bac', 'H05.3'], ['a name that one has whole and others in part', 'sở nội vụ', 'H05.1'], ['one that has ended, by its code', 'H05.9', 'H05.9'],
])('%s names one agency', async (_how, typed, code) => {
  expect(await chooseAgency(services, typed, 'H05')).toMatchObject({ agency: { code, closed: code === 'H05.9' } });
});

test('a name of several is not guessed at', async () => {
  const chosen = await chooseAgency(services, 'Sở Nội vụ', undefined);
  expect('choices' in chosen && chosen.choices.map(({ code }) => code)).toEqual(['H01.1', 'H05.1', 'H01.2']);
  expect(await chooseAgency(services, 'Sở Không có', undefined)).toEqual({ choices: [] });
});
