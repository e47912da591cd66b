import { parseCertificate } from '../../pki/certificate/parse.ts';
import { parseSignedData } from '../../pki/cms/signed-data.ts';
import { isNamedBy } from '../../pki/cms/signer-certificate.ts';
import { verifySigner } from '../../pki/cms/verify.ts';
import type { Services } from '../services.ts';
import { findKeptReceipt, listUnitCertificates } from './store.ts';

export type ReceiptFault = 'not-ours' | 'signature-broken' | 'not-in-our-records';

export interface CheckedReceipt {
  genuine: boolean;
  fault: ReceiptFault | null;
  /** what it says, where our signature on it is whole; its form is that of `ReceiptStatement` in JSON */
  statement: Record<string, unknown> | null;
}

/**
 * Whether a receipt is ours: signed whole by a key that signs receipts here, and the very one in our records, for who stole
 * such a key could sign anything but write nothing there.
 * @throws PkiError `cms-malformed`, `asn1-…` for what is no CMS
 */
export async function checkReceipt({ db }: Pick<Services, 'db'>, receipt: Uint8Array): Promise<CheckedReceipt> {
  const signedData = parseSignedData(receipt, { ber: false });
  const [signerInfo, ...others] = signedData.signerInfos;
  const refused = (fault: ReceiptFault): CheckedReceipt => ({ genuine: false, fault, statement: null });
  if (!signerInfo || others.length > 0 || !signedData.content) return refused('not-ours');
  // chosen among ours, never among those it brings along
  const unit = (await listUnitCertificates(db)).map((der) => parseCertificate(der)).find((certificate) => isNamedBy(signerInfo.sid, certificate));
  if (!unit) return refused('not-ours');
  if (!verifySigner(signedData, signerInfo, 'attached', unit).intact) return refused('signature-broken');
  const statement = JSON.parse(Buffer.from(signedData.content).toString()) as Record<string, unknown>;
  const kept = await findKeptReceipt(db, String(statement['id']));
  const same = kept !== undefined && Buffer.compare(kept, receipt) === 0;
  return { genuine: same, fault: same ? null : 'not-in-our-records', statement };
}
