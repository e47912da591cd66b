import { createHash } from 'node:crypto';
import { buildSignedData } from '../../pki/cms/build.ts';
import { schemeDigest } from '../../pki/keys/algorithm.ts';
import type { Services } from '../services.ts';
import { currentReceiptUnit } from './unit.ts';

/** A piece of evidence by the hash of its bytes. */
export interface EvidenceHash { kind: 'certificate' | 'crl' | 'ocsp'; sha256: string }

/** What a receipt says: which bytes were asked about, what was answered, when, by which rules, on which evidence. No names. */
export interface ReceiptStatement {
  id: string;
  verifiedAt: Date;
  validationTime: Date;
  policy: string;
  document: { format: string; size: number; digest: { algorithm: 'SHA-256'; value: string }; /** what a detached signature signs */ content: { algorithm: string; value: string } | null };
  conclusion: { indication: string; subIndication: string | null };
  /** `signer` is the SHA-256 of the signer's certificate */
  signatures: readonly { id: string; indication: string; subIndication: string | null; codes: readonly string[]; signer: string | null; proven: string | null }[];
  evidence: readonly EvidenceHash[];
}

/** Names the form of the statement; a later form gets another number. */
export const statementType = 'urn:antin:receipt:1';

/**
 * The receipt: a CMS (CAdES-B-B) around the statement as JSON, with the certificates up to the root, so that anyone can
 * check it without us. Undefined where no authority of ours has certified a key for it.
 * @throws Problem `keystore-unavailable`
 */
export async function signReceipt(services: Pick<Services, 'db' | 'now' | 'keystore' | 'config'>, statement: ReceiptStatement): Promise<Uint8Array | undefined> {
  const unit = await currentReceiptUnit(services);
  if (!unit) return undefined;
  const signer = await services.keystore.signerOf(unit.keyId);
  const content = Buffer.from(JSON.stringify({ type: statementType, issuer: services.config.publicUrl, ...statement }));
  return buildSignedData({
    content, digest: createHash(schemeDigest(signer.scheme)).update(content).digest(), signer, certificate: unit.certificate, certificates: unit.chain,
    signingTime: statement.verifiedAt,
  });
}
