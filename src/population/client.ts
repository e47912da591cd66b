import { request, type Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { PopulationUnavailable } from './unavailable.ts';

export interface PopulationQuestion { requestId: string; nationalId: string; name: string; birthDate: string }
export interface PopulationAnswer { outcome: 'confirmed' | 'differs' | 'not-found'; transactionId: string }

const maxAnswerBytes = 16_384;
const outcomes = { match: 'confirmed', mismatch: 'differs', 'not-found': 'not-found' } as const;

/**
 * Asks once: POST {url}/identity-checks with a client certificate, no redirects, one deadline for everything.
 * An answer that is not about this very question is none.
 * @throws PopulationUnavailable
 */
export async function askPopulation(url: string, agent: Agent, question: PopulationQuestion, timeoutMs: number): Promise<PopulationAnswer> {
  const { status, contentType, body } = await post(`${url}/identity-checks`, agent, JSON.stringify(question), timeoutMs);
  if (status >= 500 || status === 429) throw new PopulationUnavailable('failing');
  if (status !== 200) throw new PopulationUnavailable('refused');
  const answer = /^application\/json\b/i.test(contentType) ? readAnswer(readJson(body), question.requestId) : undefined;
  if (!answer) throw new PopulationUnavailable('answer-not-usable');
  return answer;
}

/** Whatever else an answer holds stays outside: the law lets us keep the outcome, not the record. */
function readAnswer(answer: unknown, askedAs: string): PopulationAnswer | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { requestId, transactionId, result } = answer as Partial<Record<string, unknown>>;
  if (requestId !== askedAs || typeof transactionId !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(transactionId)) return undefined;
  if (typeof result !== 'string' || !Object.hasOwn(outcomes, result)) return undefined;
  return { outcome: outcomes[result as keyof typeof outcomes], transactionId };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Reply { status: number; contentType: string; body: string }

async function post(url: string, agent: Agent, body: string, timeoutMs: number): Promise<Reply> {
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise<Reply>((resolve, reject) => {
    const failed = (): void => reject(new PopulationUnavailable(signal.aborted ? 'took-too-long' : 'no-connection'));
    const headers = { 'content-type': 'application/json', accept: 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'POST', agent, headers, signal }, (response) => {
      readReply(response).then(resolve, (error: unknown) => {
        sent.destroy();
        if (error instanceof PopulationUnavailable) reject(error);
        else failed();
      });
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new PopulationUnavailable('answer-not-usable');
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '', body: Buffer.concat(chunks).toString('utf8') };
}
