import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { sha256Fingerprint } from '../../pki/certificate/fingerprint.ts';
import { parseSignedData } from '../../pki/cms/signed-data.ts';
import { parsePem } from '../../pki/keys/pem.ts';
import { printName } from '../../pki/name/print.ts';
import { fieldMistake } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { insertProposal, isAuthority, plainFingerprint } from './propose.ts';
import type { TrustAnchorRow } from './store.ts';

export interface AnchorFile {
  /** PEM with one or more certificates, or a PKCS#7 file, DER or PEM */
  bytes: Uint8Array;
  /** SHA-256 of those to propose, obtained by another way than the file; the others in it are left alone */
  fingerprints: readonly string[];
  label: string;
  domain: string;
  scope: TrustAnchorRow['scope'];
}

export interface Imported { proposed: TrustAnchorRow[]; /** were anchors or proposed before */ known: string[]; /** in the file and not named */ left: string[] }

/**
 * Proposes the named certificates of a file as trust anchors, each to be approved by another person. All of them or none.
 * @throws Problem `invalid-fields` for a fingerprint that is not in the file or no authority's; PkiError `document-unreadable` and its like
 */
export async function importTrustAnchors(services: Pick<Services, 'db' | 'now'>, actor: Actor, { bytes, fingerprints, label, domain, scope }: AnchorFile): Promise<Imported> {
  const inFile = new Map(certificatesIn(bytes).map((certificate) => [sha256Fingerprint(certificate.der), certificate]));
  const wanted = [...new Set(fingerprints.map(plainFingerprint))];
  const errors = wanted.flatMap((fingerprint) => {
    const certificate = inFile.get(fingerprint);
    if (certificate && isAuthority(certificate)) return [];
    return [fieldMistake('/fingerprints', certificate ? 'not-authority' : 'fingerprint-not-in-file', { fingerprint })];
  });
  if (errors.length > 0) throw new Problem('invalid-fields', { errors });
  return services.db.transaction(async (tx) => {
    const imported: Imported = { proposed: [], known: [], left: [...inFile.keys()].filter((fingerprint) => !wanted.includes(fingerprint)) };
    for (const fingerprint of wanted) {
      const row = await insertProposal(services, tx, actor, { certificate: inFile.get(fingerprint)!, label, domain, scope });
      if (row) imported.proposed.push(row);
      else imported.known.push(fingerprint);
    }
    return imported;
  });
}

export interface FoundCertificate { subject: string; issuer: string; notBefore: Date; notAfter: Date; isAuthority: boolean }

/** What a file holds, to be looked at before anything is proposed. @throws PkiError `document-unreadable` and its like */
export function certificatesOf(bytes: Uint8Array): FoundCertificate[] {
  return certificatesIn(bytes).map((certificate) => ({
    subject: printName(certificate.subject), issuer: printName(certificate.issuer), notBefore: certificate.notBefore, notAfter: certificate.notAfter, isAuthority: isAuthority(certificate),
  }));
}

function certificatesIn(bytes: Uint8Array): Certificate[] {
  if (bytes[0] === 0x30) return parseSignedData(bytes).certificates.map((der) => parseCertificate(der));
  const blocks = parsePem(Buffer.from(bytes).toString('latin1'));
  return blocks.flatMap(({ label, der }) => {
    if (label === 'PKCS7' || label === 'CMS') return parseSignedData(der).certificates.map((one) => parseCertificate(one));
    return label === 'CERTIFICATE' ? [parseCertificate(der)] : [];
  });
}
