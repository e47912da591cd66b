import { X509Certificate } from 'node:crypto';
import { testApp } from '../../../database.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const base = await testApp(world.services);
const read = async (path: string): Promise<string> => (await fetch(base + path)).text();

test('every authority is listed with its page; fingerprint, list and downloads are true', async () => {
  const list = await read('/authorities');
  const paths = [...list.matchAll(/href="(\/authorities\/[^"]+)"/g)].map(([, path]) => path!);
  expect(paths.length).toBeGreaterThanOrEqual(2);
  for (const path of paths) {
    const html = await read(path);
    const certificate = new X509Certificate(Buffer.from(await (await fetch(`${base}/ca/${path.split('/')[2]}.cer`)).arrayBuffer()));
    expect(html).toContain(certificate.fingerprint256);
    expect(new X509Certificate(await read(`/ca/${path.split('/')[2]}.pem`)).fingerprint256).toBe(certificate.fingerprint256);
  }
});

test.each([['/authorities/no-such-authority'], ['/authorities/UPPER'], ['/ca/no-such-authority.pem']])('%s is not there', async (path) => {
  expect((await fetch(base + path)).status).toBe(404);
});
