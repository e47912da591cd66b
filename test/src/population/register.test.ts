import { openPopulationRegister, type ConnectorSettings } from '../../../src/population/register.ts';
import type { PopulationRegister } from '../../../src/services.ts';
import { atEnd } from '../../database.ts';
import { answerJson, honest, startPopulationServer, type Behaviour } from '../../population-server.ts';

const server = await startPopulationServer();
let time = Date.parse('2026-11-02T02:00:00Z');
const now = (): Date => new Date(time);
const person = { nationalId: '001085000017', name: 'Nguyễn Văn A', birthDate: '1985-03-02' };
const knows = honest({ [person.nationalId]: person });

async function connect(change: Partial<ConnectorSettings> = {}, config = server.config): Promise<PopulationRegister> {
  const register = await openPopulationRegister(config, now, { backOffMs: 1, ...change });
  atEnd(async () => register.close());
  return register;
}
const questionsOf = async (ask: () => Promise<unknown>): Promise<number> => {
  const before = server.asked.length;
  await ask().catch(() => undefined);
  return server.asked.length - before;
};

beforeEach(() => server.behave(knows));

test.each([
  ['all three are right', {}, 'confirmed'],
  ['another name', { name: 'Nguyễn Văn B' }, 'differs'],
  ['another birth date', { birthDate: '1985-03-03' }, 'differs'],
  ['a number nobody has', { nationalId: '001085000018' }, 'not-found'],
])('%s', async (_what, change, outcome) => {
  const answer = await (await connect()).check({ ...person, ...change });
  // the outcome and the transaction, and nothing of the record that came with them
  expect(answer).toEqual({ outcome, transactionId: `DC-${server.asked.at(-1)!['requestId']}` });
});

test.each<[string, Behaviour, string, number]>([
  ['slow', () => undefined, 'took-too-long', 2],
  ['slow in the middle of its answer', (_q, res) => void res.writeHead(200, { 'content-type': 'application/json' }).write('{'), 'took-too-long', 2],
  ['failing', (_q, res) => answerJson(res, {}, 503), 'failing', 2],
  ['asking for patience', (_q, res) => answerJson(res, {}, 429), 'failing', 2],
  ['hanging up', (_q, res) => void res.socket?.destroy(), 'no-connection', 2],
  ['refusing us', (_q, res) => answerJson(res, {}, 403), 'refused', 1],
  ['sending us elsewhere', (_q, res) => void res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 'refused', 1],
  ['answering another question', (q, res) => answerJson(res, { requestId: '00000000-0000-4000-8000-000000000000', transactionId: 'x', result: 'match', q }), 'answer-not-usable', 1],
  ['answering without a transaction', (q, res) => answerJson(res, { requestId: q['requestId'], result: 'match' }), 'answer-not-usable', 1],
  ['answering with a word of its own', (q, res) => answerJson(res, { requestId: q['requestId'], transactionId: 'x', result: 'yes' }), 'answer-not-usable', 1],
  ['answering with a list', (_q, res) => answerJson(res, ['match']), 'answer-not-usable', 1],
  ['answering with nothing', (_q, res) => answerJson(res, 'null'), 'answer-not-usable', 1],
  ['answering with a word of every object', (q, res) => answerJson(res, { requestId: q['requestId'], transactionId: 'x', result: 'constructor' }), 'answer-not-usable', 1],
  ['answering with a page', (_q, res) => answerJson(res, '<html>match</html>', 200, 'text/html'), 'answer-not-usable', 1],
  ['answering with half a JSON', (_q, res) => answerJson(res, '{"result":"match"'), 'answer-not-usable', 1],
  ['answering without end', (q, res) => answerJson(res, { requestId: q['requestId'], transactionId: 'x', result: 'match', rest: 'x'.repeat(20_000) }), 'answer-not-usable', 1],
])('a service that is %s confirms nobody', async (_what, behaviour, reason, questions) => {
  server.behave(behaviour);
  const register = await connect({ attempts: 2 }, { ...server.config, timeoutSeconds: 0.3 });
  const before = server.asked.length;
  await expect(register.check(person)).rejects.toMatchObject({ name: 'PopulationUnavailable', reason });
  expect(server.asked.length - before).toBe(questions);
});

test.each([
  ['ca-of-another', 'our own CA file does not vouch for the server'],
  ['wrong-name', 'the server is certified under another name'],
  ['client-of-another-ca', 'the server does not take our certificate'],
] as const)('%s: %s', async (change, _why) => {
  const register = await connect({ attempts: 1 }, await server.configWith(change));
  const asked = server.asked.length;
  await expect(register.check(person)).rejects.toMatchObject({ reason: 'no-connection' });
  expect(server.asked).toHaveLength(asked);
});

test('a file that is missing stops the start', async () => {
  await expect(connect({}, await server.configWith('no-key'))).rejects.toThrow(/ENOENT/);
});

test('a failure that passes is tried again, with a question of its own', async () => {
  let failures = 2;
  server.behave((q, res, req) => (failures-- > 0 ? answerJson(res, {}, 500) : knows(q, res, req)));
  const before = server.asked.length;
  expect(await (await connect({ attempts: 3 })).check(person)).toMatchObject({ outcome: 'confirmed' });
  expect(new Set(server.asked.slice(before).map((q) => q['requestId'])).size).toBe(3);
});

test('after too many failures in a row nobody is asked for a while; one trial opens the way again', async () => {
  const register = await connect({ attempts: 1, failures: 2, openMs: 60_000 });
  server.behave((_q, res) => answerJson(res, {}, 500));
  const ask = (): Promise<unknown> => register.check(person);
  expect(await questionsOf(ask)).toBe(1);
  expect(await questionsOf(ask)).toBe(1);
  await expect(ask()).rejects.toMatchObject({ reason: 'circuit-open', retryAfterSeconds: 60 });
  time += 60_000;
  expect(await questionsOf(ask)).toBe(1);
  time += 60_000;
  await expect(ask()).rejects.toMatchObject({ reason: 'circuit-open', retryAfterSeconds: 60 });
  time += 60_000;
  server.behave(knows);
  const outcomes = await Promise.allSettled([ask(), ask()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(await ask()).toMatchObject({ outcome: 'confirmed' });
});

test('down, then up', async () => {
  const register = await connect({ attempts: 1 });
  await server.stop();
  await expect(register.check(person)).rejects.toMatchObject({ reason: 'no-connection' });
  await server.start();
  expect(await register.check(person)).toMatchObject({ outcome: 'confirmed' });
});
