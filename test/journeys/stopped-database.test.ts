import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { startEmbedded } from '../../src/database/embedded.ts';
import { createLog } from '../../src/http/logging.ts';
import { startService } from '../../src/main.ts';

test('a stopped database: 503 with Retry-After, and all is well again by itself; a stop leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'antin-stopped-'));
  await chmod(folder, 0o711);
  const lines: string[] = [];
  const config = loadConfig({ DATA_FOLDER: folder, PORT: '0', LOG_LEVEL: 'info' });
  const service = await startService({ config, log: createLog('info', { write: (line) => void lines.push(line) }) });
  try {
    const key = service.administratorKey ?? '';
    expect(key).toMatch(/^antin_/);
    const ask = (path: string): Promise<Response> => fetch(service.address + path, path.startsWith('/api') ? { headers: { authorization: `Bearer ${key}` } } : {});
    expect((await ask('/readyz')).status).toBe(200);
    expect((await ask('/api/v1/operators')).status).toBe(200);

    await (await startEmbedded(`${folder}/postgres`)).stop();
    // the pool may notice the ended connections one by one; none of them may become a 500
    for (let i = 0; i < 5; i++) {
      const refused = await ask('/api/v1/operators');
      expect({ status: refused.status, wait: refused.headers.get('retry-after'), body: await refused.json() })
        .toMatchObject({ status: 503, wait: '5', body: { type: 'urn:antin:problem:database-unavailable' } });
    }
    expect((await ask('/healthz')).status).toBe(200);
    expect((await ask('/readyz')).status).toBe(503);

    const port = new URL(String(lastUrl(service))).port;
    const again = await startEmbedded(`${folder}/postgres`, { port });
    let status = 0;
    while (status !== 200) status = (await ask('/api/v1/operators')).status;
    expect((await ask('/readyz')).status).toBe(200);
    await again.stop();
    expect(lines.join('')).not.toContain(key);
    expect(lines.join('')).not.toContain(key.split('_')[2]);
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
  await expect(fetch(`${service.address}/healthz`)).rejects.toThrow();
});

function lastUrl({ services }: { services: { db: { client: { config: { connection: { connectionString: string } } } } } }): string {
  return services.db.client.config.connection.connectionString;
}
