import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** The whole architecture: a folder may import itself and what stands above it, so there are no circles. */
const order = [
  ...['error.ts', 'asn1', 'keys', 'name', 'lint', 'certificate', 'csr', 'crl', 'ocsp', 'cms', 'timestamp', 'path', 'pdf-file', 'pdf', 'xml', 'trust-list', 'jws', 'asic', 'validation'].map((place) => `pki/${place}`),
  ...['config.ts', 'problems.ts', 'field-mistakes.ts', 'services.ts', 'outbound', 'database', 'http', 'jobs', 'audit', 'policies', 'access', 'audit-verifications', 'rates', 'notifications', 'events', 'agencies', 'population', 'officials', 'devices', 'profiles',
    'load', 'keystore', 'certificates', 'own-keys', 'crl', 'ocsp', 'timestamp', 'receipts', 'authorities', 'trust-anchors', 'evidence', 'trust-lists', 'idempotency', 'verification', 'verification-batches', 'requests', 'workbook', 'bulk', 'reorganisation', 'facts', 'reports', 'papers', 'forms', 'revocations', 'leavers', 'deadlines', 'expiries', 'work-list', 'people', 'holders', 'lookup', 'sessions', 'sign-in', 'key-proof', 'oidc', 'passkeys', 'client-certificates', 'recoveries', 'web', 'app.ts', 'main.ts'].map((place) => `src/${place}`),
];
const place = (file: string): number => order.findIndex((o) => file === o || file.startsWith(`${o}/`));

const files = globSync('{pki,src}/**/*.ts').filter((file) => !file.endsWith('.browser.ts')).toSorted();
const text = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const codeOf = (file: string): string => (text.get(file) ?? '').replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*/g, '');
const imports = (file: string): string[] =>
  [...codeOf(file).matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map((m) => normalize(join(dirname(file), m[1] ?? '')));
const packagesOf = (file: string): string[] =>
  [...codeOf(file).matchAll(/^import (?!type\b).*?from '([^.][^']*)'/gms)].map((m) => m[1] ?? '');


test.each(files)('%s stands in the order and imports only what is above it', (file) => {
  expect(place(file)).toBeGreaterThanOrEqual(0);
  expect(imports(file).filter((to) => place(to) > place(file))).toEqual([]);
});

test('pki reads no clock, chance, file, network or setting', () => {
  const forbidden = /Date\.now|new Date\(\)|Math\.random|randomBytes|randomUUID|getRandomValues|(?<![/\w.])process\.|[^.\w]fetch\(|node:(?:fs|net|http|https|dns|child_process|process)/;
  expect(files.filter((file) => file.startsWith('pki/') && forbidden.test(codeOf(file)))).toEqual([]);
});

test('only stores and the database folder speak SQL', () => {
  const sql = /\.raw\(|whereRaw\(|\b(?:db|tx)\(['"`]|\b(?:select|update|delete from|insert into) [\w*, "]+ (?:from|set|values)\b/;
  expect(files.filter((file) => /^src\/(?!database\/|.*\/store\.ts$)/.test(file) && sql.test(codeOf(file)))).toEqual([]);
});

test('no store is imported by another noun', () => {
  const strays = files.flatMap((file) => imports(file).filter((to) => to.endsWith('/store.ts') && dirname(to) !== dirname(file)).map((to) => `${file} imports ${to}`));
  expect(strays).toEqual([]);
});

test('each table has one writer', () => {
  const writes = /\b(?:tx|db)\('(\w+)'\)[^;]*?\.(?:insert|update|del|delete)\(|(?:insert into|update|delete from) (\w+)/g;
  const writers = new Map<string, Set<string>>();
  for (const file of files.filter((name) => /^src\/[\w-]+\/store\.ts$/.test(name))) {
    for (const [, a, b] of codeOf(file).matchAll(writes)) {
      const table = a ?? b ?? '';
      if (['set', 'of', 'skip'].includes(table)) continue;
      writers.set(table, (writers.get(table) ?? new Set()).add(dirname(file)));
    }
  }
  expect(writers.size).toBeGreaterThan(5);
  expect([...writers].filter(([, nouns]) => nouns.size > 1).map(([table, nouns]) => `${table}: ${[...nouns].join(', ')}`)).toEqual([]);
});

/** In ten years a library is replaced in the files this table names. */
test.each([
  ['express', /^src\/(http\/|app\.ts)/], ['helmet', /^src\/http\//], ['@fastify/busboy', /^src\/http\//],
  ['knex', /^src\/database\//], ['pg', /^src\/database\//], ['graphile-worker', /^src\/jobs\//],
  ['zod', /^src\/(config\.ts|http\/|[\w-]+\/([\w-]+-)?routes\.ts$|policies\/keys\.ts$|web\/(frame\/form|[\w-]+\/([\w-]+-)?pages)\.ts$)/],
  // A second reader of ASN.1 is for tests alone: what strangers send meets the strict one.
  ['@peculiar/x509', /^nowhere$/], ['pkijs', /^nowhere$/], ['asn1js', /^nowhere$/],
  ['nunjucks', /^src\/(web|notifications)\//], ['pino', /^src\/http\/logging\.ts$/], ['prom-client', /^src\/http\/metrics\.ts$/],
  ['piscina', /^src\/(verification|evidence)\//], ['nodemailer', /^src\/notifications\//], ['ical-generator', /^src\/expiries\//], ['govuk-frontend', /^nowhere$/], ['pdfjs-dist', /^nowhere$/], ['qr', /^src\/web\/receipts\/link\.ts$/], ['pdfkit', /^src\/(forms|key-proof)\//], ['read-excel-file', /^src\/workbook\//], ['write-excel-file', /^src\/(workbook|reports)\//], ['node-forge', /^nowhere$/], ['jose', /^nowhere$/], ['@simplewebauthn/server', /^src\/passkeys\//],
  ['openid-client', /^src\/oidc\//], ['oidc-provider', /^nowhere$/],
] as const)('%s is imported only where it may be', (name, allowed) => {
  expect(files.filter((file) => packagesOf(file).some((p) => p === name || p.startsWith(`${name}/`)) && !allowed.test(file))).toEqual([]);
});

test.each([
  ['only config.ts reads the environment', /process\.env/, /^src\/config\.ts$/],
  ['only the keystore sees a private key', /createPrivateKey|generateKeyPair/, /^(src\/keystore\/|pki\/keys\/)/],
] as const)('%s', (_rule, forbidden, except) => {
  expect(files.filter((file) => !except.test(file) && forbidden.test(codeOf(file)))).toEqual([]);
});

test('names say what is inside', () => {
  const vague = /(^|\/)(utils?|helpers?|common|shared|misc|lib|managers?|handlers?|processors?|base|impl|data|info|legacy|index)(\/|\.ts$)/i;
  expect(files.filter((file) => vague.test(file))).toEqual([]);
  expect(files.filter((file) => !/^[a-z0-9./-]+$/.test(file))).toEqual([]);
});

test('no file is longer than 300 lines, no noun has more than 12 files', () => {
  expect(files.filter((file) => (text.get(file) ?? '').split('\n').length > 301)).toEqual([]);
  const nouns = Map.groupBy(files.filter((file) => /^src\/[\w-]+\//.test(file) && !/^src\/(http|web)\//.test(file)), dirname);
  expect([...nouns].filter(([, inside]) => inside.length > 12).map(([noun]) => noun)).toEqual([]);
});

// Each of these is about a folder as a whole, which no one file answers for.
const ofWholeFolders = ['test/pki/asn1/der.test.ts', 'test/src/web/every-page.test.ts'];

test('every test has its source file', () => {
  const mirrored = globSync('test/{pki,src,scripts}/**/*.test.ts').filter((file) => !ofWholeFolders.includes(file));
  const sources = (file: string): string => file.replace(/^test\//, '').replace(/\.test\.ts$/, '');
  expect(mirrored.filter((file) => !existsSync(`${sources(file)}.ts`) && !existsSync(`${sources(file)}.browser.ts`))).toEqual([]);
});
