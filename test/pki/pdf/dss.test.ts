import { deflateSync } from 'node:zlib';
import { readDss } from '../../../pki/pdf/dss.ts';
import { readPdf } from '../../../pki/pdf-file/document.ts';
import { buildPdf, plainObjects } from '../pdf-file/build-pdf.ts';

const stream = (text: string, length = text.length): string => `<</Length ${length}>>\nstream\n${text}\nendstream`;

test('certificates, CRLs, OCSP answers and timestamps, each once; what cannot be read is left out', () => {
  const document = readPdf(buildPdf({
    ...plainObjects,
    1: '<</Type /Catalog /Pages 2 0 R /DSS 9 0 R>>',
    9: '<</Certs [10 0 R 11 0 R 99 0 R] /CRLs [12 0 R] /OCSPs [13 0 R] /VRI <</ABcd <</Cert [10 0 R] /OCSP [14 0 R] /TS 15 0 R>>>>>>',
    10: stream('certificate'), 11: stream('broken', 3), 12: stream('crl'), 13: stream('ocsp'), 14: stream('later'), 15: stream('token'),
  }));
  const { timestamps, ...lists } = readDss(document);
  const texts = Object.values(lists).map((list) => list.map((bytes) => Buffer.from(bytes).toString()));
  expect(texts).toEqual([['certificate'], ['crl'], ['ocsp', 'later']]);
  expect(Buffer.from(timestamps.get('ABCD')!).toString()).toBe('token');
});

test('a file without a DSS has no evidence', () => {
  expect(readDss(readPdf(buildPdf(plainObjects))).certificates).toEqual([]);
});

test('what explodes out of its filters beyond any use is left out', () => {
  const bomb = deflateSync(Buffer.alloc(30 * 1024 * 1024)).toString('latin1');
  const packed = `<</Filter /FlateDecode /Length ${bomb.length}>>\nstream\n${bomb}\nendstream`;
  const { crls } = readDss(readPdf(buildPdf({
    ...plainObjects, 1: '<</Type /Catalog /Pages 2 0 R /DSS <</CRLs [9 0 R 10 0 R 11 0 R]>>>>', 9: packed, 10: packed, 11: stream('crl'),
  })));
  expect(crls.map(({ length }) => length)).toEqual([30 * 1024 * 1024, 3]);
});
