import { PkiError } from '../../pki/error.ts';
import { failInfoOf, timestampResponse } from '../../pki/timestamp/response.ts';
import { parseTimestampRequest, type TimestampRequest } from '../../pki/timestamp/request.ts';
import { buildTimestampToken } from '../../pki/timestamp/token.ts';
import { buildTstInfo } from '../../pki/timestamp/tst-info.ts';
import type { Services } from '../services.ts';
import type { ClockGuard } from './clock.ts';
import { currentUnit } from './unit.ts';

const accuracySeconds = 1;

/** Answers a TimeStampReq (RFC 3161 §2.4), refusals in the protocol's own form. Never throws for what a stranger sends. */
export async function stamp(services: Services, clock: Pick<ClockGuard, 'isCertain'>, requestDer: Uint8Array): Promise<Uint8Array> {
  let request: TimestampRequest;
  try {
    request = parseTimestampRequest(requestDer);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return timestampResponse({ failInfo: failInfoOf(error), text: error.rule });
  }
  return timestampResponse(await stampRequest(services, clock, request));
}

async function stampRequest(services: Services, clock: Pick<ClockGuard, 'isCertain'>, request: TimestampRequest): Promise<Parameters<typeof timestampResponse>[0]> {
  const { imprint, policy, nonce, certReq } = request;
  const unit = await currentUnit(services);
  if (!unit) return { failInfo: 'systemFailure', text: 'no timestamping certificate is in force' };
  if (policy !== undefined && policy !== unit.policy) return { failInfo: 'unacceptedPolicy', text: `the policy is ${unit.policy}` };
  if (!(await clock.isCertain())) return { failInfo: 'timeNotAvailable', text: 'the clock cannot be trusted at the moment' };
  const tstInfo = buildTstInfo({
    policy: unit.policy, imprint, serialNumber: newSerial(services), genTime: services.now(), accuracySeconds,
    ...(nonce === undefined ? {} : { nonce }),
  });
  const signer = await services.keystore.signerOf(unit.keyId);
  return { token: await buildTimestampToken(tstInfo, { signer, certificate: unit.certificate, certificates: certReq ? unit.chain : undefined }) };
}

/**
 * 159 random bits of at most 160 (RFC 3161 §2.4.2). Never reused: after 2^50 tokens the chance of one pair is under 2^-59. A
 * sequence would start over from an old number when a database is restored from a backup, and would cost a round trip.
 */
function newSerial({ random }: Pick<Services, 'random'>): bigint {
  const octets = Buffer.from(random(20));
  octets[0] = octets[0]! & 0x7f;
  return BigInt(`0x${octets.toString('hex')}`);
}
