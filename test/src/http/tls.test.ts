import type { AddressInfo } from 'node:net';
import { toPem } from '../../../pki/keys/pem.ts';
import { makeEntity } from '../../../scripts/make-chain.ts';
import { createTlsServer } from '../../../src/http/tls.ts';
import { createLog } from '../../../src/http/logging.ts';
import { opensslFolder } from '../../openssl.ts';

test('the server asks for certificates of our authorities by name, lets in whoever has none, and speaks no TLS older than 1.2', async () => {
  const folder = await opensslFolder();
  const [keyFile, certificateFile] = [folder.path('server.key'), folder.path('server.pem')];
  await folder.openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile, '-out', certificateFile, '-subj', '/CN=localhost', '-days', '30');
  const acceptable = async (): Promise<string[]> => [toPem('CERTIFICATE', makeEntity({ subject: 'CA of operators', ca: true }).certificate.der)];
  const server = await createTlsServer((_req, res) => void res.end('let in'), { tls: { port: 0, keyFile, certificateFile }, acceptable, log: createLog('silent') });
  server.once('secureConnection', (socket) => socket.end());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const { output } = await folder.openssl('s_client', '-connect', at, '-verify_return_error', '-CAfile', certificateFile, '-noservername');
    expect(output).toMatch(/Acceptable client certificate CA names\nCN = CA of operators\n/);
    expect(output).toMatch(/New, TLSv1\.3/);
    expect((await folder.openssl('s_client', '-connect', at, '-tls1_1')).code).not.toBe(0);
  } finally {
    server.close();
    server.closeAllConnections();
    await folder.remove();
  }
}, 60_000);

test('a file that is not there stops the start', async () => {
  const parts = { tls: { port: 0, keyFile: '/nowhere/key.pem', certificateFile: '/nowhere/certificate.pem' }, acceptable: async () => [], log: createLog('silent') };
  await expect(createTlsServer(() => undefined, parts)).rejects.toThrow('ENOENT');
});
