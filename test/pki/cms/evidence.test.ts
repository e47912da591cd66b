import { explicit, integer, octetString, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { listEvidence } from '../../../pki/cms/evidence.ts';
import type { Attribute, SignedData } from '../../../pki/cms/signed-data.ts';

const [certificate, crl, basic, response] = [1, 2, 3, 4].map((n) => sequence(integer(n))) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
const bare = { certificates: [], crls: [], ocspResponses: [] } as unknown as SignedData;
const attribute = (id: string, ...values: Uint8Array[]): Attribute => ({ oid: id, values });

test.each<[string, SignedData, Attribute[], Attribute[], { certificates?: Uint8Array[]; crls?: Uint8Array[]; ocspResponses?: Uint8Array[] }]>([
  ['what stands in the SignedData itself', { ...bare, certificates: [certificate], crls: [crl], ocspResponses: [response] }, [], [], { certificates: [certificate], crls: [crl], ocspResponses: [response] }],
  ['CAdES certificate-values', bare, [], [attribute(oids.certificateValues, sequence(certificate))], { certificates: [certificate] }],
  ['CAdES revocation-values, the basic response made whole', bare, [],
    [attribute(oids.revocationValues, sequence(explicit(0, sequence(crl)), explicit(1, sequence(basic))))],
    { crls: [crl], ocspResponses: [sequence(Uint8Array.of(0x0a, 1, 0), explicit(0, sequence(oid(oids.ocspBasic), octetString(basic))))] }],
  ['Adobe RevocationInfoArchival among the signed attributes', bare,
    [attribute(oids.adbeRevocationInfoArchival, sequence(explicit(0, sequence(crl)), explicit(1, sequence(response))))], [], { crls: [crl], ocspResponses: [response] }],
  ['Adobe RevocationInfoArchival with OCSP alone', bare, [attribute(oids.adbeRevocationInfoArchival, sequence(explicit(1, sequence(response))))], [], { ocspResponses: [response] }],
  ['unsigned values passed as signed ones are not looked for', bare, [attribute(oids.revocationValues, sequence(explicit(0, sequence(crl))))], [], {}],
  ['a malformed attribute brings nothing', bare, [], [attribute(oids.revocationValues, integer(1)), attribute(oids.certificateValues, sequence(certificate))], { certificates: [certificate] }],
])('%s', (_what, signedData, signedAttributes, unsignedAttributes, expected) => {
  expect(listEvidence(signedData, { signedAttributes, unsignedAttributes })).toEqual({ certificates: [], crls: [], ocspResponses: [], ...expected });
});
