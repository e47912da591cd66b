import { X509Certificate } from 'node:crypto';
import { tasks } from '../../../src/app.ts';
import { setPolicy } from '../../../src/policies/set.ts';
import { getReorganisation } from '../../../src/reorganisation/show.ts';
import { decideRequest } from '../../../src/requests/decide.ts';
import { actorFor, apiKeyFor, testApp } from '../../database.ts';
import { csrFor } from '../requests/people.ts';
import { foundLand } from './land.ts';

const land = await foundLand();
const { services } = land;
const base = await testApp(services);
const get = (path: string, init: RequestInit = {}) => fetch(base + path, init);

async function linkOf(email: string): Promise<string> {
  const { facts } = (await services.db('mails').where({ recipient: email }).whereIn('template', ['certificate-changed', 'certificate-change-asked']).first('facts')) as { facts: { link: string } };
  // the page for people stands beside the address for systems
  return facts.link.replace('http://pki.test/changed-certificate/', '/new-certificate/');
}

test('the link of a mail leads to the new certificate with its chain', async () => {
  const [a] = [await land.agency('H05.61', 'Xã A'), await land.agency('H05.62', 'Xã B')];
  const person = await land.official(a);
  await land.run([{ type: 'merge-into-existing', agencies: ['H05.61'], into: 'H05.62' }]);
  const link = await linkOf(person.email);
  const answer = await get(`${link}/certificate.pem`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-pem-file']);
  const pem = await answer.text();
  expect(new X509Certificate(pem).subject).toContain('OU=Xã B');
  expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  expect(await (await get(link)).json()).toMatchObject({ state: 'issued' });
});

test.each([
  ['a link that was not sent', `/new-certificate/${'A'.repeat(43)}`, 404, 'not-found'],
  ['a link that was cut', '/new-certificate/AAAA', 422, 'invalid-fields'],
  ['the certificate of a link that was not sent', `/new-certificate/${'A'.repeat(43)}/certificate.pem`, 404, 'not-found'],
])('%s leads nowhere', async (_case, path, status, code) => {
  const answer = await get(path);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ type: `urn:antin:problem:${code}` });
});

test('where a new key is demanded the holder is asked, and the request takes the ordinary way', async () => {
  await setPolicy(services, await actorFor(services, 'administrator'), { key: 'change.same_key', value: false, effectiveFrom: services.now(), source: 'thử' });
  services.clock.advance({ minutes: 1 });
  const [a] = [await land.agency('H05.63', 'Xã C'), await land.agency('H05.64', 'Xã D')];
  const [person, silent] = [await land.official(a), await land.official(a)];
  const plan = await land.run([{ type: 'merge-into-existing', agencies: ['H05.63'], into: 'H05.64' }]);
  expect(plan).toMatchObject({ sameKey: false, state: 'finished', counts: { asked: 2 } });
  const link = await linkOf(person.email);
  expect(await (await get(link)).json()).toMatchObject({ state: 'asked' });
  expect((await get(`${link}/certificate.pem`)).status).toBe(404);
  const post = async (csr: string) => get(link, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ csr }) });
  expect(await (await post('nothing')).json()).toMatchObject({ type: 'urn:antin:problem:csr-malformed' });
  const asked = await post(await csrFor());
  expect(asked.status).toBe(201);
  const { requestId } = await asked.json() as { requestId: string };
  expect(await (await post(await csrFor())).json()).toMatchObject({ type: 'urn:antin:problem:state-changed' });
  for (const [actor, decision] of [[await actorFor(services, 'registrar', 'H05'), 'confirm'], [land.examiner, 'examine'], [land.approver, 'approve']] as const) {
    await decideRequest(services, { requestId, decision, actor });
  }
  expect(await (await get(link)).json()).toMatchObject({ state: 'issued' });
  expect(new X509Certificate(await (await get(`${link}/certificate.pem`)).text()).subject).toContain('OU=Xã D');

  services.clock.advance({ days: 91 });
  await tasks.find(({ name }) => name === 'end-overlaps')!.run(services, {});
  const ended = await services.db('revocations').whereIn('certificateId', [person.certificateId, silent.certificateId]).orderBy('ground').select('certificateId', 'ground');
  expect(ended).toEqual([{ certificateId: silent.certificateId, ground: 'position-changed' }, { certificateId: person.certificateId, ground: 'replaced' }]);
});

test('over HTTP: draw up, look, page, approve, read the results', async () => {
  const [author, examiner, approver] = [await apiKeyFor(services, 'operator'), await apiKeyFor(services, 'operator'), await apiKeyFor(services, 'operator')];
  const person = await land.official(await land.agency('H05.65', 'Xã E'));
  services.clock.advance({ minutes: 1 });
  const call = async (token: string, method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const answer = await get(`/api/v1/reorganisations${path}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) });
    return { status: answer.status, ...(await answer.json() as object) };
  };
  const bad = await call(author, 'POST', '', { title: 'x', legalBasis: 'y', actions: [{ type: 'merge-into-new', agencies: ['H05.65', 'H05.65'], into: { code: 'H05.66', name: 'Z' } }] });
  expect(bad).toMatchObject({ status: 422, type: 'urn:antin:problem:invalid-fields' });
  const plan = await call(author, 'POST', '', { title: 'Đổi tên', legalBasis: 'NQ 2', actions: [{ type: 'rename', agency: 'H05.65', name: 'Xã E Mới' }] });
  expect(plan).toMatchObject({ status: 201, state: 'checked', people: 0, lines: 1 });
  const id = plan['id'] as string;
  expect((await call(author, 'GET', `/${id}/agencies`))['items']).toMatchObject([{ code: 'H05.65', fate: 'renamed' }]);
  expect((await call(author, 'GET', `/${id}/certificates?kind=change&limit=1`))['items']).toMatchObject([{ certificateId: person.certificateId, state: 'ready' }]);
  expect((await call(author, 'GET', `/${id}/people`))['items']).toEqual([]);
  expect(((await call(author, 'GET', ''))['items'] as unknown[]).length).toBeGreaterThan(1);
  for (const token of [examiner, approver]) expect(await call(token, 'POST', `/${id}/decisions`, { decision: 'approve', contentHash: plan['contentHash'] })).toMatchObject({ status: 201 });
  await services.runJobs(tasks);
  expect(await call(author, 'GET', `/${id}`)).toMatchObject({ state: 'finished' });
  const file = await get(`/api/v1/reorganisations/${id}/results`, { headers: { authorization: `Bearer ${author}`, accept: 'text/csv' } });
  expect(await file.text()).toContain('asked');
  await expect(getReorganisation(services.db, await actorFor(services, 'operator', 'H01'), id)).rejects.toMatchObject({ code: 'outside-your-agency' });
});
