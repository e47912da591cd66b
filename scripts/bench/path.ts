import { parseCertificate } from '../../pki/certificate/parse.ts';
import { parseCrl } from '../../pki/crl/parse.ts';
import { verifySignature } from '../../pki/keys/verify.ts';
import { parseOcspResponse } from '../../pki/ocsp/response.ts';
import { PathCache, validatePath, type PathSettings } from '../../pki/path/validate.ts';
import { makeCrl, makeEntity, makeOcspResponse } from '../make-chain.ts';

/**
 * Chains validated per second on one core (leaf, issuing CA, root, P-256), as a ratio to the raw signature checks they contain:
 * 1.0 would mean that everything but the signatures is free. Cold parses every byte anew; warm keeps issuers, lists and the
 * signatures of CAs in a PathCache, so that one raw verification, the leaf's, is the measure.
 */
const seconds = Number(process.argv[2] ?? 2);
const time = new Date('2030-01-02T00:00:00Z');
const root = makeEntity({ subject: 'root', ca: true });
const issuing = makeEntity({ subject: 'issuing', issuer: root, ca: true });
const leaves = Array.from({ length: 200 }, (_, i) => makeEntity({ subject: `leaf ${i}`, issuer: issuing }));
const lists = [makeCrl(root), makeCrl(issuing)].map(({ der }) => der);
const responses = leaves.map(({ certificate }) => makeOcspResponse(certificate, issuing, issuing).der);
const anchors = [{ certificate: root.certificate }];
const settings: PathSettings = { time, revocation: 'required' };

/** Calls per second of processor time, so that other work on the machine does not count. */
function rate(run: (i: number) => void): number {
  for (let i = 0; i < 3_000; i++) run(i);
  const started = process.cpuUsage();
  const used = (): number => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  };
  let count = 0;
  while (used() < seconds) for (let i = 0; i < 50; i++) run(count++);
  return count / used();
}

function must(valid: boolean): void {
  if (!valid) throw new Error('the chain of the benchmark is not valid');
}

const raw = rate((i) => {
  const { signatureAlgorithm, tbs, signature } = leaves[i % leaves.length]!.certificate;
  must(verifySignature(signatureAlgorithm, issuing.certificate.publicKey, tbs, signature).valid);
});
console.log(`raw P-256 verification            ${raw.toFixed(0)}/s`);

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

for (const [name, run] of [
  ['cold, no status', cold('none')], ['cold, two lists', cold('crl')], ['cold, list and OCSP', cold('ocsp')],
  ['warm leaf, no status', warm('none')], ['warm leaf, two lists', warm('required')],
] as const) {
  const perSecond = rate(run);
  console.log(`${name.padEnd(34)}${perSecond.toFixed(0)}/s, ${checks} checks, ratio ${(perSecond * checks / raw).toFixed(2)}`);
}
