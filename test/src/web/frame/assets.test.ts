import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { get } from 'node:http';
import { assetPath } from '../../../../src/web/frame/assets.ts';
import { testApp, testServices } from '../../../database.ts';

const base = await testApp(await testServices());

/** Without the decompression that fetch does. */
function raw(path: string, encoding: string): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((done, failed) => {
    get(base + path, { headers: { 'accept-encoding': encoding } }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => done({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }));
    }).on('error', failed);
  });
}

test('assets are compressed, and kept for ever under an address that names their contents', async () => {
  const path = assetPath('page.css');
  const plain = await raw(path, 'identity');
  const [brotli, zipped] = [await raw(path, 'gzip, br'), await raw(path, 'gzip')];
  expect(brotli.headers).toMatchObject({ 'content-encoding': 'br', 'cache-control': 'public, max-age=31536000, immutable', vary: 'Accept-Encoding' });
  expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
  expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
  expect(brotli.body.length).toBeLessThan(plain.body.length / 5);
});

test('nothing of another country’s brand is left in the style sheet', async () => {
  const { body } = await raw(assetPath('page.css'), 'identity');
  expect(body.toString()).not.toMatch(/GDS Transport|crest|url\(\/assets\/(?:fonts|images)/);
});

test.each(['/assets/../package.json', '/assets/%2e%2e/package.json', '/assets/page.css', '/assets/src/web/routes.ts', '/assets/'])('%s is no asset', async (path) => {
  expect((await raw(path, 'br')).status).toBe(404);
});

test('pages are compressed too, and say so to caches', async () => {
  const { headers, body } = await raw('/', 'br');
  expect(headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding, Cookie' });
  expect(brotliDecompressSync(body).toString()).toContain('</html>');
});
