import { createHash, randomUUID } from 'node:crypto';
import { createAgency } from '../../../src/agencies/create.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { reportKinds } from '../../../src/reports/catalogue.ts';
import { countNew, recount } from '../../../src/facts/count.ts';
import { readReport, type ReportQuery } from '../../../src/reports/read.ts';
import { issueForTest, officialOrder, testActor, testAuthorities } from '../../authorities.ts';
import { actorFor, testServices, type TestServices } from '../../database.ts';
import { keptSums } from '../facts/sums.ts';

let services: TestServices;
let agencies: Map<string, { id: string; path: string }>;

interface Wanted { at: string; code: string; profile?: 'official-signing' | 'agency-seal'; days?: number; officialId?: string; replacesId?: string }

/** A real certificate, signed at an instant. */
async function issue({ at, code, profile = 'official-signing', days = 365, officialId = randomUUID(), replacesId }: Wanted): Promise<{ id: string; fingerprint: string }> {
  services.clock.set(at);
  const { id, path } = agencies.get(code)!;
  const { certificateId, der } = await issueForTest(services, officialOrder({
    profile, days, ...(replacesId ? { replacesId } : {}), subject: [['C', 'VN'], ['O', 'UBND'], ['CN', 'Nguyễn Văn A']],
    holder: { agencyId: id, agencyPath: path, officialId: profile === 'agency-seal' ? null : officialId },
  }));
  return { id: certificateId, fingerprint: createHash('sha256').update(der).digest('hex') };
}

/** Of everything until now. */
const rowsOf = async (name: string, query: ReportQuery = {}, agencyPath?: string) => {
  await countNew(services);
  return (await readReport(services, await actorFor(services, agencyPath === undefined ? 'auditor' : 'registrar', agencyPath), name, query)).rows;
};
const rowOf = async (name: string, key: string, value: string, query: ReportQuery = {}, agencyPath?: string) =>
  (await rowsOf(name, query, agencyPath)).find((row) => row[key] === value);

async function receipt(verifiedAt: string, signatures: { signer: string | null; indication?: string; proven?: string | null }[]): Promise<void> {
  await services.db('verifications').insert({
    id: randomUUID(), askedBy: 'test', documentDigest: Buffer.alloc(32), documentSize: 1, format: 'PDF', policy: 'p', validationTime: new Date(verifiedAt), verifiedAt: new Date(verifiedAt),
    indication: 'TOTAL-PASSED', signatures: JSON.stringify(signatures.map((one) => ({ indication: 'TOTAL-PASSED', proven: null, ...one }))),
  });
}

beforeAll(async () => {
  services = await testServices();
  services.clock.set('2024-12-02T00:00:00Z');
  await testAuthorities(services);
  await createAgency(services, testActor, { code: 'H05.7', name: 'Sở Nội vụ' });
  await createAgency(services, testActor, { code: 'H05.7.1', name: 'Bộ phận Một cửa Sở Nội vụ' });
  await createAgency(services, testActor, { code: 'H05.8', name: 'TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG phường Kinh Bắc' });
  await createAgency(services, testActor, { code: 'H01.9', name: 'Trung tâm Phục vụ hành chính công xã A' });
  agencies = new Map((await services.db('agencies').select('id', 'code', 'path') as { id: string; code: string; path: string }[]).map((a) => [a.code, a]));
});

test('without any data every report answers, with zeros and shares of nothing', async () => {
  await countNew(services);
  for (const { name, columns } of reportKinds) {
    const { rows, totals, complete, truncated } = await readReport(services, await actorFor(services, 'auditor'), name);
    expect({ name, complete, truncated }).toEqual({ name, complete: true, truncated: false });
    for (const { key } of columns.filter(({ type }) => type === 'share')) expect(totals[key]).toBe(name === 'one-stop-units' ? 0 : null);
    for (const { key } of columns.filter(({ type }) => type === 'count')) expect([name, totals[key]]).toEqual([name, name === 'one-stop-units' && key === 'units' ? 3 : 0]);
    expect(new Set(rows.flatMap((row) => Object.keys(row)))).toEqual(new Set(rows.length > 0 ? columns.map(({ key }) => key) : []));
  }
});

test('the 34 provinces are all there; certificates of a merged one count for its successor, states as of now', async () => {
  expect(await rowsOf('certificates-by-province')).toHaveLength(34);
  await issue({ at: '2025-01-10T00:00:00Z', code: 'H02', days: 1_825 });
  await issue({ at: '2025-01-10T00:00:00Z', code: 'H05', days: 365 });
  await issue({ at: '2026-11-10T00:00:00Z', code: 'H05', profile: 'agency-seal' });
  const lost = await issue({ at: '2026-11-10T00:00:00Z', code: 'H05.7' });
  await issue({ at: '2026-11-10T00:00:00Z', code: 'H01' });
  await issue({ at: '2026-11-10T00:00:00Z', code: 'G01' });
  await revokeCertificate(services, testActor, { certificateId: lost.id, reason: 'keyCompromise' });
  services.clock.set('2026-11-20T00:00:00Z');
  expect(await rowOf('certificates-by-province', 'code', 'H05')).toEqual({
    code: 'H05', name: 'Ủy ban nhân dân tỉnh Bắc Ninh', officials: 1, seals: 1, services: 0, inForce: 2, expired: 1, revoked: 1, onHold: 0, total: 4,
  });
  expect(await rowOf('certificates-by-province', 'code', 'H02')).toBeUndefined();
  expect(await rowOf('certificates-by-province', 'code', 'G01')).toBeUndefined();
  expect(await rowOf('certificates-by-ministry', 'code', 'G01')).toMatchObject({ officials: 1, total: 1 });
  expect(await rowOf('certificates-by-kind', 'profile', 'official-signing')).toEqual({ profile: 'official-signing', inForce: 3, expired: 1, revoked: 1, onHold: 0, total: 5 });
  expect(await rowOf('certificates-by-kind', 'profile', 'agency-seal')).toMatchObject({ inForce: 1, total: 1 });
  expect(await rowsOf('certificates-by-state')).toEqual([
    { state: 'in-force', officials: 3, seals: 1, services: 0, total: 4 }, { state: 'expired', officials: 1, seals: 0, services: 0, total: 1 },
    { state: 'revoked', officials: 1, seals: 0, services: 0, total: 1 }, { state: 'on-hold', officials: 0, seals: 0, services: 0, total: 0 },
  ]);
});

test('a registrar sees the own subtree; others\' agencies are refused', async () => {
  expect((await rowsOf('certificates-by-province', {}, 'H05')).map((row) => [row['code'], row['total']])).toEqual([['H05', 4]]);
  expect((await rowsOf('certificates-by-agency', {}, 'H05')).filter((row) => row['total'] !== 0).map((row) => [row['code'], row['total']])).toEqual([['H02', 1], ['H05', 2], ['H05.7', 1]]);
  expect((await rowsOf('certificates-by-agency', { agency: 'H05.7' }, 'H05')).map((row) => [row['code'], row['total']])).toEqual([['H05.7', 1], ['H05.7.1', 0]]);
  // H0 is no ancestor of H05 although its letters are
  await expect(rowsOf('certificates-by-agency', { agency: 'H01' }, 'H05')).rejects.toThrow('outside-your-agency');
  await expect(rowsOf('certificates-by-agency', { agency: 'H99' })).rejects.toThrow('not-found');
  await expect(rowsOf('nothing')).rejects.toThrow('not-found');
  await expect(rowsOf('deadlines', { from: '2026-05', to: '2026-04' })).rejects.toThrow('invalid-fields');
});

test('months begin at midnight in Việt Nam', async () => {
  const span = { from: '2025-02', to: '2025-04', agency: 'H37' };
  const first = await issue({ at: '2025-02-28T16:59:59Z', code: 'H37', days: 30 });
  await issue({ at: '2025-02-28T17:00:00Z', code: 'H37', days: 31 });
  services.clock.set('2025-03-31T16:59:59Z');
  await issue({ at: '2025-03-31T16:59:59Z', code: 'H37', replacesId: first.id });
  const gone = await issue({ at: '2025-03-31T16:59:59Z', code: 'H37' });
  services.clock.set('2025-03-31T17:00:00Z');
  await revokeCertificate(services, testActor, { certificateId: gone.id, reason: 'superseded' });
  services.clock.set('2026-11-20T00:00:00Z');
  expect(await rowsOf('certificates-by-month', span)).toEqual([
    { month: '2025-02', issued: 1, renewed: 0, changed: 0, revoked: 0, expiring: 0 },
    { month: '2025-03', issued: 2, renewed: 1, changed: 0, revoked: 0, expiring: 2 },
    { month: '2025-04', issued: 0, renewed: 0, changed: 0, revoked: 1, expiring: 0 },
  ]);
});

test('what is about to expire, and how much of it is replaced already', async () => {
  const old = await issue({ at: '2026-11-10T00:00:00Z', code: 'H38', days: 60 });
  await issue({ at: '2026-11-10T00:00:00Z', code: 'H38', days: 60 });
  await issue({ at: '2026-11-11T00:00:00Z', code: 'H38', replacesId: old.id });
  const rows = await rowsOf('certificates-expiring', { agency: 'H38' });
  expect(rows.map((row) => row['month'])).toEqual(['2026-11', '2026-12', ...['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'].map((m) => `2027-${m}`)]);
  expect(rows[2]).toEqual({ month: '2027-01', officials: 2, seals: 0, services: 0, total: 2, replaced: 1, share: 0.5 });
});

test('agencies with no valid seal', async () => {
  const rows = await rowsOf('agencies-without-seal', { agency: 'H05' });
  expect(rows.map((row) => row['code'])).toEqual(['H05.7', 'H05.7.1', 'H05.8']);
  expect(rows[0]).toEqual({ code: 'H05.7', name: 'Sở Nội vụ', topName: 'Ủy ban nhân dân tỉnh Bắc Ninh', lastSealEnded: null });
  const seal = await services.db('certificates').where({ profile: 'agency-seal' }).first('id') as { id: string };
  services.clock.set('2026-11-20T18:00:00Z');
  await revokeCertificate(services, testActor, { certificateId: seal.id, reason: 'superseded' });
  expect((await rowsOf('agencies-without-seal', { agency: 'H05' }))[0]).toMatchObject({ code: 'H05', lastSealEnded: '2026-11-21' });
});

test('one-stop units by their name; able through a certificate in force in them or below', async () => {
  expect((await rowsOf('one-stop-units')).map((row) => [row['code'], row['units'], row['able'], row['share']])).toEqual([['H01', 1, 0, 0], ['H05', 2, 0, 0]]);
  const official = await issue({ at: '2026-11-21T00:00:00Z', code: 'H05.8' });
  // above a unit is not in it
  await issue({ at: '2026-11-21T00:00:00Z', code: 'H05.7' });
  await countNew(services);
  const { rows, totals } = await readReport(services, await actorFor(services, 'operator'), 'one-stop-units');
  expect(rows.map((row) => [row['code'], row['units'], row['able'], row['share']])).toEqual([['H01', 1, 0, 0], ['H05', 2, 1, 0.5]]);
  expect(totals).toMatchObject({ units: 3, able: 1, share: 0.3333 });
  await revokeCertificate(services, testActor, { certificateId: official.id, reason: 'superseded' });
  expect(await rowOf('one-stop-units', 'code', 'H05')).toMatchObject({ able: 0 });
});

test('used is what a receipt of ours shows at its proven time; a refuted signature shows nothing', async () => {
  const make = async (name: string) => {
    const id = randomUUID();
    services.clock.set('2026-01-05T00:00:00Z');
    const { id: agencyId } = agencies.get('H44')!;
    await services.db('officials').insert({ id, agencyId, name, position: 'Chuyên viên', email: `${id}@example.gov.vn`, createdAt: services.now(), updatedAt: services.now() });
    return { officialId: id, ...(await issue({ at: '2026-01-05T00:00:00Z', code: 'H44', days: 1_000, officialId: id })) };
  };
  const [never, refuted, recent, longAgo, twice] = [await make('Never'), await make('Refuted'), await make('Recent'), await make('Long ago'), await make('Twice')];
  const second = await issue({ at: '2026-11-01T00:00:00Z', code: 'H44', days: 1_000, officialId: twice.officialId });
  expect(never.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  services.clock.set('2026-11-22T00:00:00Z');
  await countNew(services);
  services.clock.set('2026-11-23T00:00:00Z');
  await receipt('2026-11-22T23:00:00Z', [{ signer: refuted.fingerprint, indication: 'TOTAL-FAILED' }, { signer: recent.fingerprint, indication: 'INDETERMINATE' }, { signer: null }]);
  await receipt('2026-11-22T23:30:00Z', [{ signer: longAgo.fingerprint, proven: '2026-02-01T00:00:00.000Z' }, { signer: second.fingerprint }]);
  expect(await rowOf('unused-certificates', 'code', 'H44', { months: 6 })).toEqual({
    code: 'H44', name: 'Ủy ban nhân dân tỉnh Phú Thọ', oldEnough: 5, unused: 4, never: 3, share: 0.8,
  });
  expect(await rowOf('unused-certificates', 'code', 'H44', { months: 10 })).toMatchObject({ oldEnough: 5, unused: 3 });
  expect(await rowOf('unused-certificates', 'code', 'H44', { months: 11 })).toBeUndefined();
  const rows = await rowsOf('unused-officials', { agency: 'H44' });
  expect(rows.map((row) => `${row['name']} ${row['lastSeenAt']}`).toSorted()).toEqual(['Long ago 2026-02-01', 'Never null', 'Refuted null']);
  expect(rows[0]).toMatchObject({ position: 'Chuyên viên', code: 'H44', issuedAt: '2026-01-05', notAfter: '2028-10-01' });
});

test('the annual report counts a year of Việt Nam, its end, and what ends in the next', async () => {
  await issue({ at: '2025-12-31T16:59:59Z', code: 'H56', days: 365 });
  await issue({ at: '2025-12-31T17:00:00Z', code: 'H56', days: 365 });
  const gone = await issue({ at: '2026-02-01T00:00:00Z', code: 'H56', days: 365 });
  services.clock.set('2026-03-01T00:00:00Z');
  await revokeCertificate(services, testActor, { certificateId: gone.id, reason: 'superseded' });
  services.clock.set('2027-02-01T00:00:00Z');
  const shown = { code: 'H56', name: 'Ủy ban nhân dân tỉnh Thanh Hóa', renewed: 0, changed: 0, requests: 0, inTime: 0, share: null };
  expect(await rowOf('annual', 'code', 'H56', { year: 2025 })).toEqual({ ...shown, inForce: 1, issued: 1, revoked: 0, expired: 0, endingNext: 2 });
  // the second one's last second is the last of 2026
  expect(await rowOf('annual', 'code', 'H56', { year: 2026 })).toEqual({ ...shown, inForce: 1, issued: 2, revoked: 1, expired: 2, endingNext: 0 });
  expect(await rowOf('annual', 'code', 'H56')).toEqual({ ...shown, inForce: 0, issued: 0, revoked: 0, expired: 0, endingNext: 0 });
});

test('an agency below a province is counted from its facts, the province from the sums: both say the same', async () => {
  services.clock.set('2027-02-01T00:00:00Z');
  const { id } = await createAgency(services, testActor, { code: 'H61.1', name: 'Sở Tài chính' });
  agencies.set('H61.1', { id, path: 'H61.H61_1' });
  const old = await issue({ at: '2027-02-01T00:00:00Z', code: 'H61.1', days: 90 });
  await issue({ at: '2027-02-02T00:00:00Z', code: 'H61.1', days: 10 });
  await issue({ at: '2027-03-03T00:00:00Z', code: 'H61.1', replacesId: old.id });
  const gone = await issue({ at: '2027-03-03T00:00:00Z', code: 'H61.1', profile: 'agency-seal' });
  await revokeCertificate(services, testActor, { certificateId: gone.id, reason: 'superseded' });
  services.clock.set('2027-04-20T00:00:00Z');
  for (const name of ['certificates-by-state', 'certificates-by-kind', 'certificates-by-month', 'certificates-over-time', 'certificates-expiring', 'annual', 'unused-certificates']) {
    const [kept, counted] = [await rowsOf(name, { agency: 'H61', months: 1 }), await rowsOf(name, { agency: 'H61.1', months: 1 })];
    expect([name, kept]).toEqual([name, counted]);
    expect(kept.length).toBeGreaterThan(0);
  }
  expect((await rowsOf('certificates-over-time', { agency: 'H61', from: '2027-01', to: '2027-12' }))).toEqual([
    { month: '2027-01', inForce: 0, expired: 0, revoked: 0, total: 0 }, { month: '2027-02', inForce: 1, expired: 1, revoked: 0, total: 2 },
    { month: '2027-03', inForce: 2, expired: 1, revoked: 1, total: 4 }, { month: '2027-04', inForce: 2, expired: 1, revoked: 1, total: 4 },
  ]);
});

test('a list is as long as it is asked to be, and says that there is more', async () => {
  await countNew(services);
  const { rows, truncated } = await readReport(services, await actorFor(services, 'auditor'), 'agencies-without-seal', { limit: 3 });
  expect([rows.length, truncated]).toEqual([3, true]);
});

test('counting anew comes to the same sums; what was written past the events is in them the night after', async () => {
  const before = await rowsOf('certificates-by-state');
  const kept = await keptSums(services);
  await recount(services);
  expect(await keptSums(services)).toEqual(kept);
  const one = await services.db('certificates').where({ state: 'issued', agencyId: agencies.get('H38')!.id }).orderBy('notAfter', 'desc').first('id') as { id: string };
  await services.db('certificates').where(one).update({ state: 'on_hold' });
  expect(await rowsOf('certificates-by-state')).toEqual(before);
  await recount(services);
  expect((await rowsOf('certificates-by-state'))[3]).toMatchObject({ state: 'on-hold', officials: 1 });
});
