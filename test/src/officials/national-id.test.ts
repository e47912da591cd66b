import fc from 'fast-check';
import { maskNationalId, parseMobile, validateNationalId } from '../../../src/officials/national-id.ts';

const today = '2026-11-02';

test.each([
  // number          birth date    sex        what it says
  ['001085000017', '1985-03-02', 'male'],
  ['079190123456', '1990-12-31', 'female'],
  ['001200000001', '2000-01-01', 'male'],
  ['096399999999', '2099-12-31', 'female'],
  ['001926000001', '2326-01-01', 'female'],
] as const)('%s belongs to someone born on %s', (number, birthDate, sex) => {
  expect(validateNationalId(number, birthDate, sex, '2400-01-01')).toEqual({ errors: [], warnings: [] });
});

test.each([
  ['eleven digits', '00108500001', '1985-03-02', undefined, ['/nationalId']],
  ['thirteen digits', '0010850000171', '1985-03-02', undefined, ['/nationalId']],
  ['a letter', '00108500001x', '1985-03-02', undefined, ['/nationalId']],
  ['digits of another script', '٠٠١٠٨٥٠٠٠٠١٧', '1985-03-02', undefined, ['/nationalId']],
  ['a line end', '001085000017\n', '1985-03-02', undefined, ['/nationalId']],
  ['another year', '001086000017', '1985-03-02', undefined, ['/nationalId']],
  ['another century', '001285000017', '1985-03-02', undefined, ['/nationalId']],
  ['another sex', '001085000017', '1985-03-02', 'female', ['/sex']],
  ['year and sex', '001186000017', '1985-03-02', 'male', ['/nationalId', '/sex']],
  ['a day that is none', '001085000017', '1985-02-30', undefined, ['/birthDate']],
  ['a day to come', '001226000017', '2026-11-03', undefined, ['/birthDate']],
  ['no birth date', '001085000017', '', undefined, ['/birthDate']],
] as const)('%s is refused', (_rule, number, birthDate, sex, pointers) => {
  const { errors } = validateNationalId(number, birthDate, sex, today);
  expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
  // what was sent never comes back in a message
  expect(JSON.stringify(errors)).not.toContain(number.trim());
});

test('an unknown prefix is a warning: countries have codes too', () => {
  expect(validateNationalId('115085000017', '1985-03-02', undefined, today)).toEqual({ errors: [], warnings: ['province-unknown'] });
});

test('nothing else than 12 digits passes, whatever the day', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 14 }), (text) => {
    fc.pre(!/^[0-9]{12}$/.test(text));
    expect(validateNationalId(text, '1985-03-02', undefined, today).errors).toHaveLength(1);
  }));
});

test('a mask keeps four digits and the length', () => {
  expect(maskNationalId('001085000017')).toBe('0010********');
});

test.each([
  ['0912345678', '0912345678'], ['+84 912 345 678', '0912345678'], ['84912345678', '0912345678'], ['091-234.5678', '0912345678'],
  ['0212345678', undefined], ['091234567', undefined], ['09123456789', undefined], ['=0912345678', undefined], ['', undefined],
])('the mobile number %j is read as %s', (text, mobile) => {
  expect(parseMobile(text)).toBe(mobile);
});
