import { createLog } from '../../../src/http/logging.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let said = '';
  write(createLog('info', { write: (line) => { said += line; } }));
  return said;
}

test.each([
  ['a header', { headers: { authorization: 'Bearer sesame' } }], ['a member of that name', { authorization: 'sesame' }],
  ['a member one level down', { req: { cookie: 'sesame' } }], ['a token', { token: 'sesame' }], ['a connection string', { config: { connectionString: 'sesame' } }],
  ['what hangs on an error', { err: Object.assign(new Error('no'), { bindings: ['sesame'], detail: 'Key (name)=(sesame)' }) }],
  ['a statement with its values', { err: new Error("insert into x values ('sesame') - duplicate key value") }],
])('%s is not logged', (_what, fields) => {
  const said = logged((log) => log.error(fields, 'something'));
  expect(said).toContain('something');
  expect(said).not.toContain('sesame');
});

test('an error keeps its message, code and stack', () => {
  const said = logged((log) => log.error({ err: Object.assign(new Error('told'), { code: 'E7' }) }, 'x'));
  expect(JSON.parse(said)).toMatchObject({ err: { type: 'Error', code: 'E7', message: 'told' } });
  expect(said).toContain('logging.test.ts');
});
