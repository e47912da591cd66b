import { element, explicit, ia5String, oid, sequence } from '../pki/asn1/der-writer.ts';
import { oids } from '../pki/asn1/oids.ts';
import { contextConstructed, contextPrimitive } from '../pki/asn1/tags.ts';
import { sha256Fingerprint } from '../pki/certificate/fingerprint.ts';
import { toPem } from '../pki/keys/pem.ts';
import { signerFrom } from '../pki/keys/signer.ts';
import { signPdf } from '../pki/pdf/sign.ts';
import { extension, makeCrl, makeEntity, makeOcspResponse, type CrlWishes, type Entity } from '../scripts/make-chain.ts';
import { makeResultPdf } from '../scripts/make-result-pdf.ts';
import type { NewTrustAnchor } from '../src/trust-anchors/propose.ts';

export interface Addresses { ocsp?: string; caIssuers?: string; crl?: string }

const uri = (url: string): Uint8Array => ia5String(url, contextPrimitive(6));

function addressExtensions({ ocsp, caIssuers, crl }: Addresses): Uint8Array[] {
  const access = [...(ocsp ? [[oids.accessOcsp, ocsp] as const] : []), ...(caIssuers ? [[oids.accessCaIssuers, caIssuers] as const] : [])];
  return [
    ...(access.length > 0 ? [extension(oids.authorityInfoAccess, false, sequence(...access.map(([method, url]) => sequence(oid(method), uri(url)))))] : []),
    ...(crl ? [extension(oids.crlDistributionPoints, false, sequence(sequence(explicit(0, element(contextConstructed(0), uri(crl))))))] : []),
  ];
}

/** A certification authority that is none of ours: a root, one below it, and people whose signatures carry their own certificate alone. */
export class ForeignAuthority {
  readonly root: Entity;
  readonly issuing: Entity;
  readonly name: string;
  readonly addresses: Addresses;

  constructor(name: string, addresses: Addresses, ofIssuing: Addresses = {}) {
    this.name = name;
    this.addresses = addresses;
    this.root = makeEntity({ subject: `${name} root`, ca: true });
    this.issuing = makeEntity({ subject: `${name} CA`, issuer: this.root, ca: true, pathLength: 0, extensions: addressExtensions(ofIssuing) });
  }

  get anchor(): NewTrustAnchor {
    const { der } = this.root.certificate;
    return { certificate: toPem('CERTIFICATE', der), fingerprint: sha256Fingerprint(der), label: this.name, domain: 'NEAC', scope: 'any' };
  }

  person(addresses: Addresses = this.addresses): Entity {
    return makeEntity({ subject: 'Trần Thị B', issuer: this.issuing, keyUsage: ['digitalSignature', 'nonRepudiation'], extensions: addressExtensions(addresses) });
  }

  async sign({ certificate, key }: Entity, at: Date): Promise<Uint8Array> {
    return signPdf(await makeResultPdf({ date: at }), { signer: signerFrom(key), certificate, chain: [], signingTime: at });
  }

  crl(by: Entity, thisUpdate: Date, hours = 24, wishes: CrlWishes = {}): Uint8Array {
    return makeCrl(by, { thisUpdate, nextUpdate: new Date(thisUpdate.getTime() + hours * 3_600_000), ...wishes }).der;
  }

  ocsp(person: Entity, thisUpdate: Date, hours = 1): Uint8Array {
    return makeOcspResponse(person.certificate, this.issuing, this.issuing, { thisUpdate, nextUpdate: new Date(thisUpdate.getTime() + hours * 3_600_000) }).der;
  }
}
