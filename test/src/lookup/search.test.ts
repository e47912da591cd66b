import { search } from '../../../src/lookup/search.ts';
import { actorFor } from '../../database.ts';
import { decideAll, requestWorld, submitted } from '../requests/people.ts';

const world = await requestWorld();
const { services, people } = world;
await world.newOfficial({ name: 'Đặng Thị Hồng Nhung', email: 'nhungdth@bacninh.gov.vn' });
await world.newOfficial({ name: 'Nguyễn Hồng Đăng', email: 'dangnh@bacninh.gov.vn' });
const { newCertificateId } = await decideAll(world, (await submitted(world)).id);
const serial = ((await services.db('certificates').where({ id: newCertificateId! }).first('serialNumber')) as { serialNumber: Buffer }).serialNumber.toString('hex');

const namesOf = async (typed: string, actor = people.approver): Promise<string[]> => (await search(services, actor, typed)).people.items.map(({ name }) => name);

test.each([
  ['without diacritics', 'dang', ['Đặng Thị Hồng Nhung', 'Nguyễn Hồng Đăng']],
  ['words in any order', 'nhung hong', ['Đặng Thị Hồng Nhung']],
  ['with diacritics typed', 'Hồng Nh', ['Đặng Thị Hồng Nhung']],
  ['by e-mail', 'nhungdth@bac', ['Đặng Thị Hồng Nhung']],
  ['words begin where words begin', 'ang', []],
  ['signs of a pattern are signs', 'd%g', []],
  ['one letter is too little', 'd', []],
])('people %s', async (_how, typed, expected) => {
  expect((await namesOf(typed)).toSorted()).toEqual(expected.toSorted());
});

test('agencies by a word or a code, by a name they had as well', async () => {
  const found = await search(services, people.approver, 'bac ninh');
  expect(found.agencies.items.map(({ code }) => code)).toContain('H05');
  expect((await search(services, people.approver, 'h05')).agencies.items[0]?.code).toBe('H05');
});

test('a certificate by its number in each way of writing', async () => {
  const decimal = BigInt(`0x${serial}`).toString();
  for (const typed of [serial, serial.slice(0, 9), serial.toUpperCase().replaceAll(/..(?=.)/g, '$&:'), `0x${serial}`, decimal]) {
    expect([typed, (await search(services, people.approver, typed)).certificates.items.map(({ id }) => id)]).toEqual([typed, [newCertificateId]]);
  }
});

test('a registrar finds what is of the own tree alone, an administrator no people', async () => {
  const elsewhere = await actorFor(services, 'registrar', 'H01');
  expect(await namesOf('dang', people.registrar)).toHaveLength(2);
  expect(await namesOf('dang', elsewhere)).toEqual([]);
  expect((await search(services, elsewhere, serial)).certificates.items).toEqual([]);
  expect((await search(services, elsewhere, 'bac ninh')).agencies.items).toEqual([]);
  const administrator = await search(services, await actorFor(services, 'administrator'), 'dang');
  expect(administrator.people.items).toEqual([]);
});

test('more than ten are told, not shown', async () => {
  for (let i = 0; i < 12; i++) await world.newOfficial({ name: `Trần Thử Nghiệm ${i}` });
  const { people: group } = await search(services, people.approver, 'thu nghiem');
  expect([group.items.length, group.more]).toEqual([10, true]);
});
