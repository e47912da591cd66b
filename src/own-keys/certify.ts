import { randomUUID } from 'node:crypto';
import { oids } from '../../pki/asn1/oids.ts';
import { nameAttribute } from '../../pki/name/parse.ts';
import { completeCertificates, prepareCertificates } from '../certificates/issue.ts';
import type { Issuer } from '../certificates/issuer.ts';
import type { Actor, KeySpec, Services, Tx } from '../services.ts';

/** A key of the service itself, to be made and certified by one of our authorities. */
export interface OwnKeyOrder {
  issuer: Issuer;
  /** profile of the certificate, such as `ocsp-responder` */
  profile: string;
  key: KeySpec;
  days: number;
  /** the common name; country and organisation are the authority's */
  commonName: (keyId: string) => string;
  /** asked first, in the transaction: whether the key is wanted at all; takes the lock that keeps others from making one too */
  wanted?: (tx: Tx) => Promise<boolean>;
  /** stores what the key is for, in the same transaction */
  keep: (tx: Tx, made: { certificateId: string; keyId: string }) => Promise<void>;
}

/**
 * Makes a key of the service's own and certifies it: for OCSP answers, timestamps, receipts. Answers the certificate's id, or
 * undefined where the key was not wanted.
 * @throws Problem `profile-violation`, `keystore-unavailable`
 */
export async function certifyOwnKey(services: Services, actor: Actor, order: OwnKeyOrder): Promise<string | undefined> {
  const { issuer: { generationId, certificate: { subject } }, profile, key, days } = order;
  const of = (dotted: string): string => nameAttribute(subject, dotted) ?? '';
  const certificateId = randomUUID();
  const prepared = await services.db.transaction(async (tx) => {
    if (order.wanted && !(await order.wanted(tx))) return undefined;
    const { keyId, publicKey } = await services.keystore.createKey(tx, key);
    const done = await prepareCertificates(services, tx, actor, [{
      certificateId, requestId: null, generationId, profile, publicKey, days,
      subject: [['C', of(oids.countryName)], ['O', of(oids.organizationName)], ['CN', order.commonName(keyId)]],
      holder: { agencyId: null, agencyPath: null, officialId: null },
    }]);
    await order.keep(tx, { certificateId, keyId });
    return done;
  });
  if (!prepared) return undefined;
  await completeCertificates(services, actor, prepared);
  return certificateId;
}
