import { execFileSync } from 'node:child_process';
import { testApp } from '../../../database.ts';
import { csrFor, decideAll, requestWorld, submitted } from '../../requests/people.ts';
import { signIn, visitorAt, type Visitor } from '../people.ts';

const world = await requestWorld();
const { services, people } = world;
const base = await testApp(services);

interface Holder { visitor: Visitor; officialId: string; certificateId: string; name: string; serialHex: string }

async function holder(): Promise<Holder> {
  const request = await submitted(world);
  const { newCertificateId } = await decideAll(world, request.id);
  const { name } = (await services.db('officials').where({ id: request.officialId }).first('name')) as { name: string };
  const { serialNumber } = (await services.db('certificates').where({ id: newCertificateId }).first('serialNumber')) as { serialNumber: Buffer };
  return {
    visitor: visitorAt(base, await signIn(services, { kind: 'official', id: request.officialId! })), officialId: request.officialId!, certificateId: newCertificateId!, name,
    serialHex: serialNumber.toString('hex'),
  };
}

const inPairs = (hex: string): string => hex.toUpperCase().replaceAll(/..(?=.)/g, '$&:');

test('the present certificate comes first, with its days, what it is for and what can be done', async () => {
  const { visitor, name, serialHex, certificateId } = await holder();
  const { html } = await visitor.get('/my-certificate');
  for (const said of [name, inPairs(serialHex), 'Còn hiệu lực', 'Còn 1.825 ngày', `href="/renew/${certificateId}"`, `href="/my-certificate/${certificateId}/revoke"`, 'Đã cấp chứng thư']) expect(html).toContain(said);
  expect((await visitor.get('/my-certificate?lang=en')).html).toContain('1,825 days left');
});

test('who has none is told how one comes', async () => {
  const official = await world.newOfficial();
  const { html } = await visitorAt(base, await signIn(services, { kind: 'official', id: official.id })).get('/my-certificate');
  expect(html).toContain('Bạn chưa có chứng thư');
  expect(html).not.toContain('/renew/');
});

test('a renewal that cannot be is not offered: the page says why; one under way is followed', async () => {
  const { visitor, certificateId } = await holder();
  const asked = await visitor.post(`/renew/${certificateId}`, { where: 'browser', csr: await csrFor() });
  const following = (await visitor.get('/my-certificate')).html;
  expect([following.includes('Theo dõi yêu cầu gia hạn'), following.includes(`href="${asked.location}"`), following.includes(`href="/renew/${certificateId}"`)]).toEqual([true, true, false]);
  const late = await holder();
  await services.db('certificates').where({ id: late.certificateId }).update({ notAfter: new Date(services.now().getTime() + 20 * 86_400_000) });
  const refused = (await late.visitor.get('/my-certificate')).html;
  expect([refused.includes('được gia hạn từ'), refused.includes(`href="/renew/${late.certificateId}"`)]).toEqual([true, false]);
});

test('it is saved alone and with its chain, as openssl reads it', async () => {
  const { visitor, certificateId, serialHex } = await holder();
  const read = async (format: string, args: readonly string[]): Promise<string> => {
    const answer = await fetch(`${base}/my-certificate/${certificateId}/file/${format}`, { headers: { cookie: visitor.cookie } });
    expect(answer.headers.get('content-disposition')).toContain(`${serialHex}.${format}`);
    return execFileSync('openssl', args, { input: Buffer.from(await answer.arrayBuffer()) }).toString();
  };
  const serial = `serial=${serialHex.toUpperCase()}`;
  expect((await read('cer', ['x509', '-inform', 'DER', '-noout', '-serial'])).trim()).toBe(serial);
  expect((await read('pem', ['x509', '-noout', '-serial'])).trim()).toBe(serial);
  expect((await read('p7c', ['pkcs7', '-inform', 'DER', '-print_certs'])).match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
  expect((await visitor.get(`/my-certificate/${certificateId}/file/zip`)).status).toBe(404);
});

test.each([['', 'get'], ['/revoke', 'get'], ['/file/pem', 'get'], ['/revoke', 'post']] as const)('nobody opens another’s certificate%s by %s', async (end, method) => {
  const [mine, other] = [await holder(), await holder()];
  const path = `/my-certificate/${other.certificateId}${end}`;
  const answer = method === 'get' ? await mine.visitor.get(path) : await mine.visitor.post(path, { ground: 'device-lost' });
  expect(answer.status).toBe(404);
  expect(answer.html).not.toContain(inPairs(other.serialHex));
  expect(await services.db('certificates').where({ id: other.certificateId }).first('state')).toEqual({ state: 'issued' });
});

test('an operator has no such page', async () => {
  expect((await visitorAt(base, await signIn(services, { kind: 'operator', id: people.examiner.id })).get('/my-certificate')).status).toBe(403);
});

test('revoked at once with a ground, and only once; without a ground nothing happens and the page says what to mend', async () => {
  const { visitor, certificateId } = await holder();
  const path = `/my-certificate/${certificateId}/revoke`;
  const asked = await visitor.post(path, {});
  expect([asked.status, asked.html.includes('Chọn lý do thu hồi.'), asked.html.includes('href="#ground"')]).toEqual([422, true, true]);
  expect(await services.db('certificates').where({ id: certificateId }).first('state')).toEqual({ state: 'issued' });
  const done = await visitor.post(path, { ground: 'device-lost' });
  expect([done.status, done.location]).toEqual([303, '/my-certificate?revoked=1']);
  expect((await visitor.get(done.location!)).html).toContain('Chứng thư đã bị thu hồi.');
  expect(await services.db('revocations').where({ certificateId }).first('ground')).toEqual({ ground: 'device-lost' });
  const page = (await visitor.get(`/my-certificate/${certificateId}`)).html;
  expect(page).toContain('Đã thu hồi');
  expect(page).not.toContain(`href="/renew/${certificateId}"`);
  const again = await visitor.post(path, { ground: 'device-broken' });
  expect([again.status, again.html.includes('Chứng thư này đã bị thu hồi trước đó.')]).toEqual([409, true]);
});
