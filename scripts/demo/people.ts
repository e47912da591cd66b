import type { Keys, Stage } from './stage.ts';

export interface Agency { id: string; code: string; name: string; path: string }
interface Official { id: string; name: string; email: string }
/** `unit` is where the official serves first, `neighbour` the commune next to it. */
export interface People { unit: Agency; neighbour: Agency; official: Official }

/** One province as it stands since 1 July 2025: no district between it and the commune. */
const tree = [
  { code: 'H55.18', name: 'Ủy ban nhân dân xã Tân Cương' },
  { code: 'H55.18.1', name: 'Trung tâm Phục vụ hành chính công xã Tân Cương' },
  { code: 'H55.18.2', name: 'Phòng Kinh tế xã Tân Cương' },
  { code: 'H55.19', name: 'Ủy ban nhân dân xã Phúc Xuân' },
  { code: 'H55.21', name: 'Sở Khoa học và Công nghệ tỉnh Thái Nguyên' },
];

const staff = [
  { who: 'registrar', name: 'Hoàng Thị Lan', roles: ['registrar'], words: 'registrar of the province: asks for its people, confirms' },
  { who: 'examiner', name: 'Trần Quốc Bảo', roles: ['operator'], words: 'operator: examines' },
  { who: 'approver', name: 'Lê Minh Châu', roles: ['operator'], words: 'operator: approves' },
  { who: 'auditor', name: 'Phạm Đức Kiên', roles: ['auditor'], words: 'auditor: reads everything' },
  { who: 'verifier', name: 'Cổng dịch vụ công tỉnh (mẫu)', roles: ['verifier'], words: 'information system: has documents checked' },
] as const;

/** Whom the story is about. */
export const mainOfficial = { name: 'Nguyễn Văn An', position: 'Chủ tịch Ủy ban nhân dân xã', email: 'annv@thainguyen.gov.vn' } as const;

/** The agency tree of one province, the people with a role in the service, and an official. */
export async function enterPeople(stage: Stage): Promise<People> {
  const { tell } = stage;
  const api = stage.as('administrator');
  const { unit, neighbour, province } = await tell.step('The agency tree of Thái Nguyên (H55) is entered', async (say) => {
    const agencies: Agency[] = [];
    for (const agency of tree) agencies.push(await api.post<Agency>('/api/v1/agencies', { ...agency, locality: 'Thái Nguyên' }));
    say('H55        Ủy ban nhân dân tỉnh Thái Nguyên (of the seeded list; H03 Bắc Kạn, closed in 2025, points to it)');
    for (const { code, name } of agencies) say(`${code.padEnd(10)} ${name}`);
    const [first, , , next] = agencies as [Agency, Agency, Agency, Agency];
    return { unit: first, neighbour: next, province: await api.get<Agency>('/api/v1/agencies/H55') };
  });
  await tell.step('Five people and systems get a role and an API key', async (say) => {
    for (const { who, name, roles, words } of staff) {
      stage.keys[who] = await keyFor(stage, { name, roles, ...(who === 'registrar' ? { agencyPath: province.path } : {}), ...(who === 'verifier' ? { kind: 'system' } : {}) });
      say(`${name}: ${words}`);
    }
    await stage.keep('keys.json', JSON.stringify(stage.keys satisfies Keys, undefined, 2), true);
    say(`the keys are in ${stage.folder}/keys.json; the service keeps only their hashes`);
  });
  const official = await tell.step('An official is entered by the registrar', async (say) => {
    const made = await stage.as('registrar').post<Official>('/api/v1/officials', { agencyId: unit.id, ...mainOfficial });
    say(`${made.name}, Chủ tịch ${unit.name}, ${made.email}`);
    return made;
  });
  return { unit, neighbour, official };
}

/** Makes someone with a role in the service; the token of an API key of theirs. */
export async function keyFor(stage: Stage, operator: object): Promise<string> {
  const api = stage.as('administrator');
  const { id } = await api.post<{ id: string }>('/api/v1/operators', operator);
  return (await api.post<{ token: string }>(`/api/v1/operators/${id}/api-keys`, { label: 'demo', days: 365 })).token;
}
