import { oids } from '../../../pki/asn1/oids.ts';
import { PkiError } from '../../../pki/error.ts';
import type { Crl } from '../../../pki/crl/parse.ts';
import type { OcspResponse } from '../../../pki/ocsp/response.ts';
import { validatePath, type PathSettings, type PathVerdict } from '../../../pki/path/validate.ts';
import { makeCrl, makeEntity, makeOcspResponse, newKey, serialOctets, type Entity } from '../../../scripts/make-chain.ts';

const time = new Date('2030-01-02T00:00:00Z');
const day = (n: number): Date => new Date(Date.UTC(2030, 0, n));
const root = makeEntity({ subject: 'root', ca: true });
const leaf = makeEntity({ subject: 'leaf', issuer: root });
const serialNumber = serialOctets(leaf.certificate);
const compromised = { serialNumber, revokedAt: day(1), reason: 'keyCompromise' } as const;

interface Evidence { crls?: readonly Crl[]; ocsp?: readonly OcspResponse[]; pool?: readonly Entity[] }

function validate({ crls = [], ocsp = [], pool = [] }: Evidence, settings: Partial<PathSettings> = {}, target = leaf): PathVerdict {
  return validatePath({
    target: target.certificate, pool: pool.map(({ certificate }) => certificate), anchors: [{ certificate: root.certificate }], crls, ocspResponses: ocsp,
  }, { time, revocation: 'required', ...settings });
}

const told = ({ revocation: [finding] }: PathVerdict): string => `${finding!.status} ${finding!.source ?? '-'}`;

describe('lists (RFC 5280 §6.3)', () => {
  const later = makeEntity({ subject: 'root', ca: true, issuer: root, key: newKey() });
  const stranger = makeEntity({ subject: 'root', ca: true });
  const other = makeEntity({ subject: 'other', issuer: root, ca: true });
  test.each<[string, Evidence, Partial<PathSettings>, string]>([
    ['not listed is good', { crls: [makeCrl(root)] }, {}, 'good crl'],
    ['listed is revoked', { crls: [makeCrl(root, { entries: [compromised] })] }, {}, 'revoked crl'],
    ['the newer list counts', { crls: [makeCrl(root), makeCrl(root, { crlNumber: 2n, thisUpdate: day(2), entries: [compromised] })] }, {}, 'revoked crl'],
    ['an outdated list is none', { crls: [makeCrl(root, { nextUpdate: new Date(time.getTime() - 1000) })] }, {}, 'unknown -'],
    ['nextUpdate itself is inside', { crls: [makeCrl(root, { nextUpdate: time })] }, {}, 'good crl'],
    ['a list from the future is none', { crls: [makeCrl(root, { thisUpdate: day(3) })] }, {}, 'unknown -'],
    ['unless it is looked at later', { crls: [makeCrl(root, { thisUpdate: day(3) })] }, { evidenceTime: day(4) }, 'good crl'],
    ['revoked after the time asked about is good', { crls: [makeCrl(root, { thisUpdate: day(4), entries: [{ ...compromised, revokedAt: day(3) }] })] }, { evidenceTime: day(5) }, 'good crl'],
    ['unless it was unsafe by then (invalidityDate)', { crls: [makeCrl(root, { thisUpdate: day(4), entries: [{ ...compromised, revokedAt: day(3), invalidityDate: day(1) }] })] }, { evidenceTime: day(5) }, 'revoked crl'],
    ['another key of the same name must have its own path', { crls: [makeCrl(stranger)], pool: [stranger] }, {}, 'unknown -'],
    ['after a key rollover the new key has it', { crls: [makeCrl(later), makeCrl(root)], pool: [later] }, {}, 'good crl'],
    ['a list of another CA says nothing', { crls: [makeCrl(other, { entries: [compromised] })], pool: [other] }, {}, 'unknown -'],
    ['a delta adds a revocation', { crls: [makeCrl(root), makeCrl(root, { crlNumber: 2n, baseCrlNumber: 1n, entries: [compromised] })] }, {}, 'revoked crl'],
    ['a delta lifts a hold', { crls: [makeCrl(root, { entries: [{ ...compromised, reason: 'certificateHold' }] }), makeCrl(root, { crlNumber: 2n, baseCrlNumber: 1n, entries: [{ ...compromised, reason: 'removeFromCRL' }] })] }, {}, 'good crl'],
    ['a delta without its base proves nothing', { crls: [makeCrl(root, { crlNumber: 3n, baseCrlNumber: 2n })] }, {}, 'unknown -'],
    ['a delta on a later base does not fit', { crls: [makeCrl(root), makeCrl(root, { crlNumber: 3n, baseCrlNumber: 2n, entries: [compromised] })] }, {}, 'good crl'],
    ['a fresh delta keeps an old base alive (§6.3.3 (a))', { crls: [makeCrl(root, { nextUpdate: day(1) }), makeCrl(root, { crlNumber: 2n, baseCrlNumber: 1n })] }, {}, 'good crl'],
  ])('%s', (_rule, evidence, settings, expected) => {
    const verdict = validate(evidence, settings);
    expect(told(verdict)).toBe(expected);
    expect(verdict.valid).toBe(expected.startsWith('good'));
  });

  test('cRLSign is needed where there is keyUsage (§6.3.3 (f))', () => {
    const silent = makeEntity({ subject: 'silent', issuer: root, ca: true, keyUsage: ['keyCertSign'] });
    const below = makeEntity({ subject: 'below', issuer: silent });
    const verdict = validate({ crls: [makeCrl(root), makeCrl(silent)], pool: [silent] }, {}, below);
    expect(verdict.revocation.map(({ status }) => status)).toEqual(['unknown', 'good']);
  });

  test('an expired certificate may have left the list: absence proves nothing', () => {
    const short = makeEntity({ subject: 'short', issuer: root, notAfter: day(3) });
    const list = makeCrl(root, { thisUpdate: day(4) });
    expect(told(validate({ crls: [list] }, { evidenceTime: day(5) }, short))).toBe('unknown -');
    expect(told(validate({ crls: [{ ...list, expiredCertsOnCrl: day(2) }] }, { evidenceTime: day(5) }, short))).toBe('good crl');
  });
});

test('a signed entry that cannot be read leaves the status unknown, whatever older lists say', () => {
  const broken = makeCrl(root, { crlNumber: 2n, thisUpdate: day(2), entries: [compromised] });
  const find = (): never => {
    throw new PkiError('crl-entry-malformed', { rule: 'test' });
  };
  expect(told(validate({ crls: [makeCrl(root), { ...broken, find }] }))).toBe('unknown -');
});

describe('responses (RFC 6960)', () => {
  const purpose = [oids.ocspSigning];
  const responder = makeEntity({ subject: 'responder', issuer: root, extKeyUsage: purpose, ocspNoCheck: true });
  const checked = makeEntity({ subject: 'checked', issuer: root, extKeyUsage: purpose });
  const plain = makeEntity({ subject: 'plain', issuer: root, ocspNoCheck: true });
  const otherCa = makeEntity({ subject: 'other', issuer: root, ca: true });
  const foreign = makeEntity({ subject: 'foreign', issuer: otherCa, extKeyUsage: purpose, ocspNoCheck: true });
  const answer = (by: Entity, wishes: Parameters<typeof makeOcspResponse>[3] = {}): Evidence => ({ ocsp: [makeOcspResponse(leaf.certificate, root, by, wishes)] });
  const revoked = { status: 'revoked', revokedAt: day(1), reason: 'superseded' } as const;
  test.each<[string, Evidence, Partial<PathSettings>, string]>([
    ['the issuer itself', answer(root), {}, 'good ocsp'],
    ['whom the issuer named', answer(responder), {}, 'good ocsp'],
    ['revoked', answer(responder, { status: revoked }), {}, 'revoked ocsp'],
    ['unknown is not good', answer(responder, { status: { status: 'unknown' } }), {}, 'unknown -'],
    ['no purpose, no word (§4.2.2.2)', answer(plain), {}, 'unknown -'],
    ['named by another CA', answer(foreign), {}, 'unknown -'],
    ['the responder must be known', answer(responder, { embed: [] }), {}, 'unknown -'],
    ['a responder without nocheck and without status', answer(checked), {}, 'unknown -'],
    ['with status from a list', { ...answer(checked), crls: [makeCrl(root, { nextUpdate: day(3) })] }, {}, 'good ocsp'],
    ['outdated', answer(responder, { nextUpdate: day(1) }), {}, 'unknown -'],
    ['from the future', answer(responder, { thisUpdate: day(3) }), {}, 'unknown -'],
    ['a revocation in a list beats an older and a newer good', { ...answer(responder, { thisUpdate: day(2) }), crls: [makeCrl(root, { entries: [compromised] })] }, {}, 'revoked crl'],
    ['a newer good answer beats a hold', { ...answer(responder, { thisUpdate: day(2) }), crls: [makeCrl(root, { entries: [{ ...compromised, reason: 'certificateHold' }] })] }, {}, 'good ocsp'],
  ])('%s', (_rule, evidence, settings, expected) => {
    expect(told(validate(evidence, settings))).toBe(expected);
  });

  test('the answer about another certificate says nothing', () => {
    const other = makeEntity({ subject: 'x', issuer: root });
    expect(told(validate({ ocsp: [makeOcspResponse(other.certificate, root, root)] }))).toBe('unknown -');
  });

  test('if status is only wanted where there is some, silence is no reason to refuse', () => {
    expect(validate({}, { revocation: 'if-available' }).valid).toBe(true);
    expect(validate(answer(responder, { status: revoked }), { revocation: 'if-available' }).valid).toBe(false);
  });
});
