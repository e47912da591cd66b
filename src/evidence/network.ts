import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { buildCertId } from '../../pki/ocsp/cert-id.ts';
import { buildOcspRequest } from '../../pki/ocsp/request.ts';
import { noEvidence, type EvidenceBytes } from '../../pki/validation/evidence.ts';
import { tolerate } from '../../pki/error.ts';
import type { Wanted } from '../../pki/validation/report.ts';
import type { Services } from '../services.ts';
import { addressesFor, type AddressKind } from './address.ts';
import { askCached, type Answered } from './cache.ts';
import type { FetchFailure, Question } from './fetch.ts';
import { listOverrides } from './store.ts';

/** Why an address gave nothing; `tryAgainAt` null where asking again would not help. */
export interface Attempt { address: string; failure: FetchFailure | 'budget-spent'; tryAgainAt: Date | null }

/** What the network gave for one wanted thing, and where it gave nothing. */
export interface NetworkFound { found: EvidenceBytes; attempts: Attempt[] }

/** What one verification may cost of the network, whatever its document asks for. */
export class NetworkBudget {
  questions = 24;
  bytes = 50_331_648;
  readonly #deadline: number;

  constructor(milliseconds = 9_000) {
    this.#deadline = performance.now() + milliseconds;
  }

  get millisecondsLeft(): number {
    return this.#deadline - performance.now();
  }
}

const nothing: NetworkFound = { found: noEvidence, attempts: [] };

/** Asks the addresses that certificates name, and those we know better, for one wanted thing. */
export async function askNetwork(services: Services, wanted: Wanted, budget: NetworkBudget): Promise<NetworkFound> {
  if (services.config.evidenceHosts.length === 0) return nothing;
  switch (wanted.kind) {
    case 'signing-certificate': return nothing;
    case 'issuer': {
      const overrides = await listOverrides(services.db);
      const urls = addressesFor('ca-issuers', wanted.issuer, wanted.caIssuerUrls, overrides);
      return askInTurn(services, urls.map((url) => ({ kind: 'ca-issuers', url })), { budget });
    }
    case 'status': {
      const [certificate, issuer] = [wanted.certificate, wanted.issuer].map((der) => tolerate(() => parseCertificate(der)));
      return certificate && issuer ? askStatus(services, { certificate, issuer, wanted }, budget) : nothing;
    }
  }
}

interface StatusQuestion { certificate: Certificate; issuer: Certificate; wanted: Extract<Wanted, { kind: 'status' }> }

/** OCSP first, being younger and smaller; the list where that says nothing, or a revocation, whose invalidity date only the list has. */
async function askStatus(services: Services, { certificate, issuer, wanted }: StatusQuestion, budget: NetworkBudget): Promise<NetworkFound> {
  const overrides = await listOverrides(services.db);
  const urls = (kind: AddressKind, named: readonly string[]): string[] => addressesFor(kind, issuer.subject.der, named, overrides);
  const body = buildOcspRequest({ certIds: [buildCertId({ issuer, serialNumber: magnitudeOf(certificate.serialNumber), digest: 'sha1' })] });
  const asking = { budget, issuer: issuer.der };
  const answers = await askInTurn(services, urls('ocsp', wanted.ocspUrls).map((url) => ({ kind: 'ocsp', url, body })), asking);
  if (answers.isGood) return answers;
  const lists = await askInTurn(services, urls('crl', [...wanted.crlUrls, ...listUrlsOf(certificate)]).map((url) => ({ kind: 'crl', url })), asking);
  return {
    found: { ...lists.found, ocspResponses: answers.found.ocspResponses },
    attempts: [...answers.attempts, ...lists.attempts],
  };
}

function listUrlsOf({ crlDistributionPoints = [] }: Certificate): string[] {
  return crlDistributionPoints.flatMap(({ distributionPoint }) => (distributionPoint && 'fullName' in distributionPoint ? distributionPoint.fullName : []))
    .flatMap((name) => (name.type === 'uniformResourceIdentifier' ? [name.value] : []));
}

/** One address after the other until one answers. */
async function askInTurn(services: Services, questions: readonly Question[], { budget, issuer }: { budget: NetworkBudget; issuer?: Uint8Array }): Promise<NetworkFound & { isGood?: boolean }> {
  const attempts: Attempt[] = [];
  for (const question of questions) {
    const answered = await askWithin(services, question, { budget, ...(issuer ? { issuer } : {}) });
    if ('parts' in answered) return { found: evidenceOf(question.kind, answered.parts), attempts, isGood: answered.isGood };
    attempts.push({ address: question.url, ...answered });
  }
  return { found: noEvidence, attempts };
}

type Unanswered = Omit<Attempt, 'address'>;

async function askWithin(services: Services, question: Question, { budget, issuer }: { budget: NetworkBudget; issuer?: Uint8Array }): Promise<Extract<Answered, { parts: Uint8Array[] }> | Unanswered> {
  const spent = (): Unanswered => ({ failure: 'budget-spent', tryAgainAt: new Date(services.now().getTime() + 60_000) });
  if (budget.questions <= 0 || budget.bytes <= 0 || budget.millisecondsLeft <= 0) return spent();
  budget.questions--;
  let timer: NodeJS.Timeout | undefined;
  // the question itself goes on within its own limits, and fills the cache for whoever asks next
  const late = new Promise<undefined>((done) => { timer = setTimeout(() => done(undefined), budget.millisecondsLeft).unref(); });
  const answered = await Promise.race([askCached(services, question, issuer), late]).finally(() => clearTimeout(timer));
  if (!answered) return spent();
  if ('failure' in answered) return answered.failure === 'address-not-allowed' ? { failure: answered.failure, tryAgainAt: null } : answered;
  budget.bytes -= answered.parts.reduce((sum, part) => sum + part.length, 0);
  return answered;
}

function evidenceOf(kind: AddressKind, parts: Uint8Array[]): EvidenceBytes {
  if (kind === 'crl') return { ...noEvidence, crls: parts };
  return kind === 'ocsp' ? { ...noEvidence, ocspResponses: parts } : { ...noEvidence, certificates: parts };
}

function magnitudeOf(serialNumber: bigint): Uint8Array {
  const hex = serialNumber.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}
