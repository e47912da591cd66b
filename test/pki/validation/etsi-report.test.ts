import { parseXml } from '../../../pki/xml/parse.ts';
import { attributeOf as valueOf, childrenOf as childElements, textOf, type XmlElement } from '../../../pki/xml/tree.ts';
import { writeEtsiReport } from '../../../pki/validation/etsi-report.ts';
import { signerFrom } from '../../../pki/keys/signer.ts';
import { noEvidence } from '../../../pki/validation/evidence.ts';
import { buildPdf, plainObjects } from '../pdf-file/build-pdf.ts';
import { longTermDocuments } from './long-term-documents.ts';
import { at, World } from './world.ts';

const world = new World();
const official = world.official();
const good = world.status(at('2025-06-05'));
const namespace = 'http://uri.etsi.org/19102/v1.2.1#';

const childrenOf = (element: XmlElement): XmlElement[] => childElements(element);
const all = (element: XmlElement): XmlElement[] => [element, ...childrenOf(element).flatMap(all)];
const named = (element: XmlElement, ...path: string[]): XmlElement[] => path.reduce<XmlElement[]>((found, name) => found.flatMap(childrenOf).filter(({ local }) => local === name), [element]);
const reportOf = (report: Parameters<typeof writeEtsiReport>[0]): XmlElement => parseXml(Buffer.from(writeEtsiReport(report))).root;

/** The sequences of the schema that are used here; every element stands in the order they give. */
const sequences: Readonly<Record<string, readonly string[]>> = {
  ValidationReport: ['SignatureValidationReport', 'SignatureValidationObjects', 'SignatureValidationStatus'],
  SignatureValidationReport: ['SignatureIdentifier', 'ValidationConstraintsEvaluationReport', 'ValidationTimeInfo', 'SignersDocument', 'SignatureAttributes', 'SignerInformation', 'SignatureQuality', 'SignatureValidationProcess', 'SignatureValidationStatus'],
  SignatureIdentifier: ['DigestAlgAndValue', 'SignatureValue', 'HashOnly', 'DocHashOnly', 'DAIdentifier'],
  ValidationConstraintsEvaluationReport: ['SignatureValidationPolicy', 'ValidationConstraint'],
  ValidationConstraint: ['ValidationConstraintIdentifier', 'ValidationConstraintParameter', 'ConstraintStatus', 'ValidationStatus', 'Indications'],
  ValidationStatus: ['MainIndication', 'SubIndication', 'AssociatedValidationReportData'],
  SignatureValidationStatus: ['MainIndication', 'SubIndication', 'AssociatedValidationReportData'],
  AssociatedValidationReportData: ['TrustAnchor', 'CertificateChain', 'RelatedValidationObject', 'RevocationStatusInformation', 'CryptoInformation'],
  CertificateChain: ['SigningCertificate', 'IntermediateCertificate', 'TrustAnchor'],
  ValidationTimeInfo: ['ValidationTime', 'BestSignatureTime'],
  BestSignatureTime: ['POETime', 'TypeOfProof', 'POEObject'],
  SignatureAttributes: ['SigningTime', 'SigningCertificate', 'DataObjectFormat', 'CommitmentTypeIndication', 'AllDataObjectsTimeStamp', 'IndividualDataObjectsTimeStamp', 'SigPolicyIdentifier', 'SignatureTimeStamp', 'SigAndRefsTimeStamp', 'ArchiveTimeStamp', 'DocTimeStamp'],
  ValidationObject: ['ObjectType', 'ValidationObjectRepresentation', 'POE', 'POEProvisioning', 'ValidationReport'],
};

test.each(Object.entries(longTermDocuments))('a long-term document, %s: the elements of the schema in its order, every reference leads to an object', async (_family, make) => {
  const by = { privateKey: official.key, signer: signerFrom(official.key), certificate: official.certificate };
  const { lta } = await make({ by, signedAt: at('2025-06-01'), evidence: good, stamp: (imprint, place) => world.tokenOver(imprint, at(place === 'archive' ? '2025-06-10' : '2025-06-01')) });
  const root = reportOf(world.judge(lta, at('2025-06-20'), world.status(at('2025-06-15'))));
  expect([root.namespace, root.local]).toEqual([namespace, 'ValidationReport']);
  for (const element of all(root)) {
    const order = sequences[element.local];
    if (!order) continue;
    const places = childrenOf(element).map(({ local }) => order.indexOf(local));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  }
  const ids = new Set(named(root, 'SignatureValidationObjects', 'ValidationObject').map((object) => valueOf(object, 'id')));
  const references = all(root).flatMap((element) => valueOf(element, 'VOReference') ?? []);
  expect(references.length).toBeGreaterThan(5);
  expect(references.filter((reference) => !ids.has(reference))).toEqual([]);
  expect(named(root, 'SignatureValidationReport')).toHaveLength(1);
});

test('what is said of a signature: status, process, times, policy, signer', async () => {
  const [report] = named(reportOf(world.judge(await world.cms(official, { stampedAt: at('2025-06-01') }), at('2025-06-10'), good)), 'SignatureValidationReport');
  const text = (...path: string[]): string => textOf(named(report!, ...path)[0]!);
  expect(text('SignatureValidationStatus', 'MainIndication')).toBe('urn:etsi:019102:mainindication:total-passed');
  expect(named(report!, 'SignatureValidationStatus', 'SubIndication')).toEqual([]);
  expect(text('SignatureValidationProcess', 'SignatureValidationProcessID')).toBe('urn:etsi:019102:validationprocess:LTVM');
  expect(text('ValidationTimeInfo', 'BestSignatureTime', 'POETime')).toBe('2025-06-01T00:00:00.000Z');
  expect(text('ValidationTimeInfo', 'BestSignatureTime', 'TypeOfProof')).toBe('urn:etsi:019102:poetype:validation');
  expect(text('ValidationConstraintsEvaluationReport', 'SignatureValidationPolicy', 'PolicyName')).toBe('public-service');
  expect(text('SignerInformation', 'Signer')).toBe('CN=Nguyễn Văn A');
  const constraints = named(report!, 'ValidationConstraintsEvaluationReport', 'ValidationConstraint', 'ValidationConstraintIdentifier').map(textOf);
  expect(constraints).toEqual(expect.arrayContaining(['urn:antin:validation:format-checking', 'urn:antin:validation:certificate-validation:not-revoked']));
});

test('a revocation and a failed constraint are told', async () => {
  const revoked = world.status(at('2025-06-08'), { entries: [world.revoked(official, at('2025-06-03'))] });
  const root = reportOf(world.judge(await world.cms(official), at('2025-06-10'), revoked));
  const [status] = named(root, 'SignatureValidationReport', 'SignatureValidationStatus');
  expect(textOf(named(status!, 'SubIndication')[0]!)).toBe('urn:etsi:019102:subindication:REVOKED_NO_POE');
  const [revocation] = named(status!, 'AssociatedValidationReportData', 'RevocationStatusInformation');
  expect(childrenOf(revocation!).slice(1).map(textOf)).toEqual(['2025-06-03T00:00:00.000Z', 'urn:etsi:019102:revocationReason:superseded']);
  expect(textOf(named(root, 'SignatureValidationReport', 'SignatureValidationProcess', 'SignatureValidationProcessID')[0]!)).toBe('urn:etsi:019102:validationprocess:Basic');
});

test('a document without a signature has a report as well, for the schema knows no empty one', () => {
  const root = reportOf(world.judge(buildPdf(plainObjects), at('2025-06-10'), noEvidence));
  expect(named(root, 'SignatureValidationReport', 'SignatureValidationStatus').flatMap(childrenOf).map(textOf))
    .toEqual(['urn:etsi:019102:mainindication:indeterminate', 'urn:etsi:019102:subindication:NO_SIGNATURE_FOUND']);
});

test('a subject of markup and controls stays text', async () => {
  const report = world.judge(await world.cms(official), at('2025-06-10'), good);
  const subject = '</Signer><Evil a="1">&\u0001\uD800\n';
  const written = reportOf({ ...report, signatures: report.signatures.map((each) => ({ ...each, signer: { ...each.signer!, subject } })) });
  expect(all(written).map(({ local }) => local)).not.toContain('Evil');
  expect(textOf(named(written, 'SignatureValidationReport', 'SignerInformation', 'Signer')[0]!)).toBe('</Signer><Evil a="1">&\uFFFD\uFFFD\n');
});
