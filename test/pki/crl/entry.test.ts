import { hexOf } from '../../../pki/asn1/values.ts';
import { encodeCrlEntry, packCrlEntries, type CrlEntry } from '../../../pki/crl/entry.ts';

const at = (iso: string): Date => new Date(iso);
const serial = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
const utc = '170d3236303630313038303030305a';

describe('encodeCrlEntry', () => {
  test.each<[string, CrlEntry, string]>([
    ['serial and time alone', { serialNumber: serial('05'), revokedAt: at('2026-06-01T08:00:00Z') }, `3012020105${utc}`],
    ['a set top bit gets a sign octet', { serialNumber: serial('80'), revokedAt: at('2026-06-01T08:00:00Z') }, `301302020080${utc}`],
    ['leading zeros of a magnitude are dropped', { serialNumber: serial('000080'), revokedAt: at('2026-06-01T08:00:00Z') }, `301302020080${utc}`],
    ['unspecified is not written (§5.3.1)', { serialNumber: serial('05'), revokedAt: at('2026-06-01T08:00:00Z'), reason: 'unspecified' }, `3012020105${utc}`],
    ['a reason is an ENUMERATED extension', { serialNumber: serial('05'), revokedAt: at('2026-06-01T08:00:00Z'), reason: 'keyCompromise' }, `3020020105${utc}300c300a0603551d1504030a0101`],
    ['removeFromCRL is code 8', { serialNumber: serial('05'), revokedAt: at('2026-06-01T08:00:00Z'), reason: 'removeFromCRL' }, `3020020105${utc}300c300a0603551d1504030a0108`],
    ['2050 and later is GeneralizedTime (§5.1.2.6)', { serialNumber: serial('05'), revokedAt: at('2050-01-01T00:00:00Z') }, '3014020105180f32303530303130313030303030305a'],
    ['1950 to 2049 is UTCTime', { serialNumber: serial('05'), revokedAt: at('2049-12-31T23:59:59Z') }, '3012020105170d3439313233313233353935395a'],
    ['an invalidity date is always GeneralizedTime (§5.3.2)', { serialNumber: serial('05'), revokedAt: at('2026-06-01T08:00:00Z'), invalidityDate: at('2026-05-30T00:00:00Z') },
      `302e020105${utc}301a30180603551d180411180f32303236303533303030303030305a`],
  ])('%s', (_rule, entry, expected) => {
    expect(hexOf(encodeCrlEntry(entry))).toBe(expected);
  });

  test.each([['empty', ''], ['over 20 octets (§4.1.2.2)', '01'.repeat(21)]])('refuses a serial number that is %s', (_what, hex) => {
    expect(() => encodeCrlEntry({ serialNumber: serial(hex), revokedAt: at('2026-06-01T08:00:00Z') })).toThrow('serial-malformed');
  });

  test('packs many exactly as one by one', () => {
    const entries = Array.from({ length: 3_000 }, (_, i): CrlEntry => ({
      serialNumber: serial((i + 1).toString(16).padStart(40, 'a')), revokedAt: new Date(1_700_000_000_000 + i * 1000),
      reason: 'superseded', invalidityDate: new Date(1_600_000_000_000),
    }));
    expect(Buffer.compare(packCrlEntries(entries), Buffer.concat(entries.map(encodeCrlEntry)))).toBe(0);
  });
});
