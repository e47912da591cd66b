import { resolve } from 'node:path';
import { ConfigError, loadConfig } from '../../src/config.ts';

const kek = Buffer.alloc(32, 7).toString('base64');
function mistakesOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

test('with nothing set it is the embedded database, on the loopback', () => {
  expect(loadConfig({})).toMatchObject({
    databaseUrl: undefined, host: '127.0.0.1', port: 8080, publicUrl: 'http://localhost:8080', statusUrl: 'http://localhost:8080', dataFolder: resolve('.antin'),
    kek: { file: resolve('.antin/kek'), create: true }, maxDocumentBytes: 33_554_432,
  });
});

test.each([
  ['a database that is none', { DATABASE_URL: 'mysql://x/y', ANTIN_KEK: kek }, ['DATABASE_URL']],
  ['an own database without a key-encryption key', { DATABASE_URL: 'postgres://x/y' }, ['ANTIN_KEK_FILE']],
  ['a port out of range', { PORT: '65536' }, ['PORT']],
  ['a port that is no number', { PORT: '80a' }, ['PORT']],
  ['a key that is too short', { ANTIN_KEK: 'abc' }, ['ANTIN_KEK']],
  ['both ways to hand in the key', { ANTIN_KEK: kek, ANTIN_KEK_FILE: '/x' }, ['ANTIN_KEK']],
  ['a public address of another kind', { PUBLIC_URL: 'ftp://x' }, ['PUBLIC_URL']],
  ['an https address without one for certificates', { PUBLIC_URL: 'https://x' }, ['STATUS_URL']],
  ['an https address in certificates', { STATUS_URL: 'https://x' }, ['STATUS_URL']],
  ['a public address with a query', { PUBLIC_URL: 'http://x/?a' }, ['PUBLIC_URL']],
  ['a level nobody knows', { LOG_LEVEL: 'loud' }, ['LOG_LEVEL']],
  ['a mail server without a sender', { SMTP_URL: 'smtp://x' }, ['SMTP_URL']],
  ['a sender with a header in it', { SMTP_URL: 'smtp://x', MAIL_FROM: 'A\r\nBcc: b@x.vn <a@x.vn>' }, ['MAIL_FROM']],
  ['a network that is none', { WEBHOOK_NETWORKS: '10.0.0.0/8,10.0.0.0/33' }, ['WEBHOOK_NETWORKS']],
  ['hosts of evidence that are addresses of pages', { EVIDENCE_HOSTS: 'http://ocsp.ca.gov.vn/,ocsp.ca.gov.vn' }, ['EVIDENCE_HOSTS']],
  ['every host there is', { EVIDENCE_HOSTS: '*' }, ['EVIDENCE_HOSTS']],
  ['an evidence network that is none', { EVIDENCE_NETWORKS: 'inside' }, ['EVIDENCE_NETWORKS']],
  ['a population database half described', { POPULATION_URL: 'https://dancu.example/v1', POPULATION_CA_FILE: '/ca.pem' }, ['POPULATION_CERTIFICATE_FILE', 'POPULATION_KEY_FILE']],
  ['a population database without TLS', { POPULATION_URL: 'http://dancu.example/v1' }, ['POPULATION_URL', 'POPULATION_CERTIFICATE_FILE', 'POPULATION_KEY_FILE', 'POPULATION_CA_FILE']],
  ['an OpenID Connect provider half described', { OIDC_ISSUER: 'https://id.example' }, ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_NAME']],
  ['an OpenID Connect provider without TLS elsewhere', { OIDC_ISSUER: 'http://id.example', OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b', OIDC_NAME: 'c' }, ['OIDC_ISSUER']],
  ['an issuer with a query', { OIDC_ISSUER: 'https://id.example/?a', OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b', OIDC_NAME: 'c' }, ['OIDC_ISSUER']],
  ['both ways to hand in the secret of the provider', { OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b', OIDC_CLIENT_SECRET_FILE: '/s', OIDC_NAME: 'c' }, ['OIDC_CLIENT_SECRET']],
  ['a proxy for client certificates that is no network', { CLIENT_CERTIFICATE_PROXIES: '10.0.0.1' }, ['CLIENT_CERTIFICATE_PROXIES']],
  ['a TLS certificate without its key', { TLS_CERTIFICATE_FILE: '/c.pem' }, ['TLS_CERTIFICATE_FILE']],
  ['every mistake at once', { PORT: 'x', LOG_LEVEL: 'loud', HOST: 'a b' }, ['HOST', 'PORT', 'LOG_LEVEL']],
])('%s is named', (_what, environment, names) => {
  expect(mistakesOf(environment as Record<string, string>).map((mistake) => mistake.split(' ')[0])).toEqual(names);
});

test('a mistake never repeats the key', () => {
  expect(mistakesOf({ ANTIN_KEK: 'sesame-open' }).join()).not.toContain('sesame');
});

test('an empty variable counts as not set, a slash at the end of the address does not', () => {
  expect(loadConfig({ PORT: '', PUBLIC_URL: 'https://ca.example/', STATUS_URL: 'http://pki.example/' }))
    .toMatchObject({ port: 8080, publicUrl: 'https://ca.example', statusUrl: 'http://pki.example' });
});

test('mail is off until a server is named; the Message-ID has the domain of the service', () => {
  expect(loadConfig({}).mail).toBeUndefined();
  expect(loadConfig({ SMTP_URL: 'smtp://mail.example', MAIL_FROM: 'Ấn Tín <a@x.vn>', PUBLIC_URL: 'https://ca.example:8443/x', STATUS_URL: 'http://ca.example', WEBHOOK_NETWORKS: '10.0.0.0/8, fd00::/8' }))
    .toMatchObject({ mail: { smtpUrl: 'smtp://mail.example', from: 'Ấn Tín <a@x.vn>', domain: 'ca.example' }, webhookNetworks: ['10.0.0.0/8', 'fd00::/8'] });
});

test('evidence is fetched from nowhere until hosts are named', () => {
  expect(loadConfig({})).toMatchObject({ evidenceHosts: [], evidenceNetworks: [] });
  expect(loadConfig({ EVIDENCE_HOSTS: 'OCSP.ca.gov.vn, *.rootca.gov.vn:8080', EVIDENCE_NETWORKS: '10.1.0.0/16' }))
    .toMatchObject({ evidenceHosts: ['ocsp.ca.gov.vn', '*.rootca.gov.vn:8080'], evidenceNetworks: ['10.1.0.0/16'] });
});

test('the population database is off until all of its settings are there', () => {
  const files = { POPULATION_CERTIFICATE_FILE: '/c.pem', POPULATION_KEY_FILE: '/k.pem', POPULATION_CA_FILE: '/ca.pem' };
  expect(loadConfig({}).population).toBeUndefined();
  expect(loadConfig({ POPULATION_URL: 'https://dancu.example/v1/', ...files }).population).toEqual(
    { url: 'https://dancu.example/v1', certificateFile: '/c.pem', keyFile: '/k.pem', caFile: '/ca.pem', timeoutSeconds: 10 });
});

test('organisation accounts are off until all of their settings are there', () => {
  expect(loadConfig({}).oidc).toBeUndefined();
  const given = { OIDC_CLIENT_ID: 'antin', OIDC_NAME: 'Tài khoản tỉnh' };
  expect(loadConfig({ ...given, OIDC_ISSUER: 'https://id.example/realms/a', OIDC_CLIENT_SECRET_FILE: '/secret' }).oidc)
    .toEqual({ issuer: 'https://id.example/realms/a', clientId: 'antin', name: 'Tài khoản tỉnh', secret: { file: '/secret' } });
  expect(loadConfig({ ...given, OIDC_ISSUER: 'http://127.0.0.1:3000', OIDC_CLIENT_SECRET: 'x' }).oidc?.secret).toEqual({ text: 'x' });
});
