import { DerReader } from '../../../pki/asn1/der-reader.ts';
import { derNull, integer, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { digestAlgorithmDer, digestByOid, digestOctets, digestOid, readAlgorithm, signatureAlgorithmDer, signatureSchemes, type Digest } from '../../../pki/keys/algorithm.ts';
import { signatureMethodOf } from '../../../pki/keys/signature-algorithm.ts';
import { hash } from 'node:crypto';

test.each(signatureSchemes)('%s names the method that its name says', (scheme) => {
  const algorithm = readAlgorithm(new DerReader(signatureAlgorithmDer(scheme)));
  const method = signatureMethodOf(algorithm)!;
  expect('digest' in method ? `${method.family.replace('raw', '')}-${method.digest}` : method.family === 'raw' && method.type).toBe(scheme);
  if (method.family === 'rsa-pss') expect(method.saltOctets).toBe(digestOctets[method.digest]);
});

test.each(Object.keys(digestOctets) as Digest[])('%s by its number and back', (digest) => {
  expect(digestByOid(digestOid(digest))).toBe(digest);
  expect(hash(digest, '', 'buffer')).toHaveLength(digestOctets[digest]);
  const algorithm = readAlgorithm(new DerReader(digestAlgorithmDer(digest)));
  expect(algorithm).toMatchObject({ oid: digestOid(digest), parameters: undefined });
});

test('an unknown digest has no name', () => {
  expect(digestByOid('1.2.3')).toBeUndefined();
});

test.each([
  ['no object identifier', sequence(integer(1)), 'asn1-unexpected-tag'],
  ['two parameters', sequence(oid('1.2.3'), derNull, derNull), 'asn1-trailing-bytes'],
  ['nothing', sequence(), 'asn1-unexpected-tag'],
])('refused: %s', (_rule, der, code) => {
  expect(() => readAlgorithm(new DerReader(der))).toThrow(expect.objectContaining({ code }));
});
