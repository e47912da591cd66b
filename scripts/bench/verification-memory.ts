import { readFileSync } from 'node:fs';
import { publicServicePolicy } from '../../pki/validation/policy.ts';
import { noEvidence } from '../../pki/validation/evidence.ts';
import { validateDocument } from '../../pki/validation/validate.ts';

/**
 * `node scripts/bench/verification-memory.ts SMALL LARGE`: how far the process grew over reading and judging the large
 * document, in parts of its size. A process of its own, because the peak of one never falls; warm, so that code does not count.
 */
const [small, large] = process.argv.slice(2) as [string, string];
const judge = (file: Uint8Array): void => void validateDocument({ file, validationTime: new Date(), policy: publicServicePolicy, anchors: [], evidence: noEvidence });
const peak = (): number => process.resourceUsage().maxRSS * 1024;

const warmUp = readFileSync(small);
for (let i = 0; i < 50; i++) judge(warmUp);
const before = peak();
const file = readFileSync(large);
judge(file);
console.log(((peak() - before) / file.length).toFixed(2));
