import { approveTrustAnchor } from '../src/trust-anchors/approve.ts';
import { proposeTrustAnchor, type NewTrustAnchor } from '../src/trust-anchors/propose.ts';
import { systemActor } from '../src/access/actors.ts';
import type { Services } from '../src/services.ts';

/** Makes a certificate a trust anchor, with two people behind it. */
export async function trustForTest(services: Services, anchor: NewTrustAnchor): Promise<void> {
  const { id } = await proposeTrustAnchor(services, systemActor('first person'), anchor);
  await approveTrustAnchor(services, systemActor('second person'), { id, fingerprint: anchor.fingerprint });
}
