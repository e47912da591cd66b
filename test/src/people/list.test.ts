import { makeOfficials } from '../../../scripts/make-data.ts';
import { findAgency } from '../../../src/agencies/store.ts';
import { registerOfficial } from '../../../src/officials/register.ts';
import { findPeople } from '../../../src/people/list.ts';
import { actorFor, testServices } from '../../database.ts';

test('a name that very many have: those who begin with it by name, then those who have it elsewhere, everybody once on pages of any size', async () => {
  const services = await testServices();
  const examiner = await actorFor(services, 'operator');
  const agencyId = (await findAgency(services.db, { code: 'H05' }))!.id;
  await makeOfficials(services, [{ id: agencyId }], 1_600);
  for (const [name, email] of [['Trần Nguyên', 'b@bacninh.gov.vn'], ['Bùi Nguyên An', 'a@bacninh.gov.vn'], ['Đỗ Thị Hoa', 'c@bacninh.gov.vn']] as const) {
    await registerOfficial(services, examiner, { agencyId, name, position: 'Chuyên viên', email });
  }
  for (const limit of [400, 1_600, 2_000]) {
    const names: string[] = [];
    for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
      const { items, next } = await findPeople(services, examiner, { q: 'nguyen' }, { limit, after });
      names.push(...items.map(({ name }) => name));
      after = next ?? undefined;
    }
    expect(new Set(names).size).toBe(1_602);
    expect(names).toHaveLength(1_602);
    expect(names.slice(-2)).toEqual(['Bùi Nguyên An', 'Trần Nguyên']);
    expect(names[0]).toBe('Nguyễn Văn 1');
  }
});
