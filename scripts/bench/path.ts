import { verify } from 'node:crypto';
import { parseCertificate } from '../../pki/certificate/parse.ts';
import { parseCrl } from '../../pki/crl/parse.ts';
import type { CrlEntry } from '../../pki/crl/entry.ts';
import { keyObjectOf } from '../../pki/keys/public-key.ts';
import { parseOcspResponse } from '../../pki/ocsp/response.ts';
import { PathCache, validatePath, type PathSettings } from '../../pki/path/validate.ts';
import { makeCrl, makeEntity, makeOcspResponse } from '../make-chain.ts';

/**
 * Chains validated per second on one core (leaf, issuing CA, root, P-256), as a ratio to the raw signature checks they contain:
 * 1.0 would mean that everything but the signatures is free. Raw is `verify` of node:crypto with a ready key, nothing else.
 * Cold parses every byte anew; warm keeps issuers, lists and the signatures of CAs in a PathCache, so that one raw
 * verification, the leaf's, is the measure; the issuing CA's list has 100 entries. Each measurement stands between two raw ones, and the median ratio is told.
 */
const seconds = Number(process.argv[2] ?? 4);
const time = new Date('2030-01-02T00:00:00Z');
const root = makeEntity({ subject: 'root', ca: true });
const issuing = makeEntity({ subject: 'issuing', issuer: root, ca: true });
const leaves = Array.from({ length: 200 }, (_, i) => makeEntity({ subject: `leaf ${i}`, issuer: issuing }));
const revoked: CrlEntry[] = Array.from({ length: 100 }, (_, i) => ({
  serialNumber: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, i), revokedAt: new Date('2029-01-01T00:00:00Z'), reason: 'superseded',
}));
const lists = [makeCrl(root), makeCrl(issuing, { entries: revoked })].map(({ der }) => der);
const responses = leaves.map(({ certificate }) => makeOcspResponse(certificate, issuing, issuing).der);
const anchors = [{ certificate: root.certificate }];
const settings: PathSettings = { time, revocation: 'required' };

/** Seconds of processor time per call, so that other work on the machine does not count. */
function cost(run: (i: number) => void, calls: number): number {
  const started = process.cpuUsage();
  for (let i = 0; i < calls; i++) run(i);
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6 / calls;
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

function must(valid: boolean): void {
  if (!valid) throw new Error('the chain of the benchmark is not valid');
}

const issuingKey = keyObjectOf(issuing.certificate.publicKey);
const raw = (i: number): void => {
  const { tbs, signature } = leaves[i % leaves.length]!.certificate;
  must(verify('sha256', tbs, issuingKey, signature));
};

let checks = 0;
const cold = (evidence: 'crl' | 'ocsp' | 'none') => (i: number): void => {
  const n = i % leaves.length;
  const verdict = validatePath({
    target: parseCertificate(leaves[n]!.certificate.der), pool: [parseCertificate(issuing.certificate.der)],
    anchors: [{ certificate: parseCertificate(root.certificate.der) }],
    crls: evidence === 'none' ? [] : evidence === 'crl' ? lists.map(parseCrl) : [parseCrl(lists[0]!)],
    ocspResponses: evidence === 'ocsp' ? [parseOcspResponse(responses[n]!)] : [],
  }, evidence === 'none' ? { time, revocation: 'none' } : settings);
  checks = verdict.signatureChecks;
  must(verdict.valid);
};

const cache = new PathCache();
const parsedLists = lists.map(parseCrl);
const pool = [cache.certificate(issuing.certificate.der)];
const warm = (revocation: 'required' | 'none') => (i: number): void => {
  const verdict = validatePath({
    target: parseCertificate(leaves[i % leaves.length]!.certificate.der), pool, anchors, crls: revocation === 'none' ? [] : parsedLists, ocspResponses: [],
  }, { time, revocation, cache });
  checks = 1;
  must(verdict.valid);
};

const batch = 300;
const cases = [
  ['cold, no status', cold('none')], ['cold, two lists', cold('crl')], ['cold, list and OCSP', cold('ocsp')],
  ['warm leaf, no status', warm('none')], ['warm leaf, two lists', warm('required')],
] as const;
for (const [name, run] of cases) {
  for (let i = 0; i < 3_000; i++) run(i);
  const rounds: { raw: number; run: number }[] = [];
  for (const started = process.cpuUsage(); process.cpuUsage(started).user < seconds * 1e6;) {
    const before = cost(raw, batch);
    const between = cost(run, batch);
    rounds.push({ raw: (before + cost(raw, batch)) / 2, run: between });
  }
  const ratio = median(rounds.map((round) => round.raw * checks / round.run));
  const [perSecond, rawPerSecond] = [1 / median(rounds.map((round) => round.run)), 1 / median(rounds.map((round) => round.raw))];
  console.log(`${name.padEnd(24)}${perSecond.toFixed(0).padStart(6)}/s, ${checks} of ${rawPerSecond.toFixed(0)} raw checks/s, ratio ${ratio.toFixed(2)}`);
}
