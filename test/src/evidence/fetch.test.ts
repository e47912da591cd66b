import { fetchOnce, type Fetched } from '../../../src/evidence/fetch.ts';
import { EvidenceServer } from '../../evidence-server.ts';

let server: EvidenceServer;
let elsewhere: EvidenceServer;
const open = { evidenceHosts: [] as string[], evidenceNetworks: ['127.0.0.0/8', '::1/128'] };
const limits = { maxBytes: 1_000, timeoutMs: 10_000 };

beforeAll(async () => {
  [server, elsewhere] = [await EvidenceServer.start(), await EvidenceServer.start()];
  open.evidenceHosts.push(server.host, elsewhere.host);
  server.answers.set('/list', Buffer.from('a list'));
});

const get = (path: string, change: { reach?: Partial<typeof open>; timeoutMs?: number } = {}): Promise<Fetched> =>
  fetchOnce({ ...open, ...change.reach }, { kind: 'crl', url: server.url(path) }, { ...limits, timeoutMs: change.timeoutMs ?? limits.timeoutMs });

test('a list by GET, an OCSP question by POST', async () => {
  expect(await get('/list')).toEqual({ bytes: Buffer.from('a list') });
  server.answers.set('/ocsp', (req, res) => res.end(`${req.method} ${req.headers['content-type']}`));
  expect(await fetchOnce(open, { kind: 'ocsp', url: server.url('/ocsp'), body: Buffer.from('question') })).toEqual({ bytes: Buffer.from('POST application/ocsp-request') });
  expect(server.bodies.at(-1)!.toString()).toBe('question');
});

test('a host that is not named is not asked, nor one whose name leads inside', async () => {
  const before = server.asked.length;
  expect(await get('/list', { reach: { evidenceHosts: ['ocsp.ca.gov.vn'] } })).toEqual({ failure: 'address-not-allowed' });
  expect(await get('/list', { reach: { evidenceNetworks: [] } })).toEqual({ failure: 'address-not-allowed' });
  expect(server.asked).toHaveLength(before);
});

test('a redirection is not followed, inside or out', async () => {
  server.answers.set('/moved', (_req, res) => res.writeHead(302, { Location: elsewhere.url('/list') }).end());
  expect(await get('/moved')).toEqual({ failure: 'redirected' });
  server.answers.set('/inside', (_req, res) => res.writeHead(301, { Location: 'http://169.254.169.254/' }).end());
  expect(await get('/inside')).toEqual({ failure: 'redirected' });
  expect(elsewhere.asked).toEqual([]);
});

test('a body without end is cut off, one that says how long it is not begun', async () => {
  let written = 0;
  server.answers.set('/endless', (_req, res) => {
    const more = (): void => {
      if (res.destroyed) return;
      written += 100;
      res.write(Buffer.alloc(100), () => setImmediate(more));
    };
    more();
  });
  expect(await get('/endless')).toEqual({ failure: 'too-large' });
  expect(written).toBeLessThan(10_000_000);
  server.answers.set('/long', (_req, res) => res.writeHead(200, { 'Content-Length': 1_001 }).write('a'));
  expect(await get('/long')).toEqual({ failure: 'too-large' });
});

test('who never answers, or never ends, is waited for no longer than allowed', async () => {
  server.answers.set('/silent', () => undefined);
  server.answers.set('/slow', (_req, res) => {
    const timer = setInterval(() => res.write('a'), 20);
    res.once('close', () => clearInterval(timer));
  });
  expect(await get('/silent', { timeoutMs: 100 })).toEqual({ failure: 'too-slow' });
  expect(await get('/slow', { timeoutMs: 100 })).toEqual({ failure: 'too-slow' });
});

test('other answers are no evidence', async () => {
  server.answers.set('/packed', (_req, res) => res.writeHead(200, { 'Content-Encoding': 'gzip' }).end('x'));
  server.answers.set('/torn', (_req, res) => {
    res.writeHead(200, { 'Content-Length': 100 }).write('half', () => res.destroy());
  });
  server.answers.set('/headers', (_req, res) => res.writeHead(200, { 'X-Long': 'a'.repeat(20_000) }).end());
  expect(await get('/nowhere')).toEqual({ failure: 'refused' });
  expect(await get('/packed')).toEqual({ failure: 'wrong-content' });
  expect(await get('/torn')).toEqual({ failure: 'unreachable' });
  expect(await get('/headers')).toEqual({ failure: 'unreachable' });
  expect(await fetchOnce({ ...open, evidenceHosts: ['localhost:1'] }, { kind: 'crl', url: 'http://localhost:1/' })).toEqual({ failure: 'unreachable' });
});
