import { policies } from '../../../pki/validation/policy.ts';

test('each policy bears the name it is asked for by, and no caller can change it', () => {
  for (const [name, policy] of Object.entries(policies)) {
    expect(policy.name).toBe(name);
    expect(Object.isFrozen(policy) && Object.isFrozen(policy.algorithms)).toBe(true);
  }
  expect(policies['lenient-foreign']).toEqual({ ...policies.lenient, name: 'lenient-foreign' });
});

test('every algorithm rule has a day and a source, and no policy leaves MD5 or SHA-1 open', () => {
  for (const { algorithms } of Object.values(policies)) {
    for (const rule of algorithms) {
      expect(Number.isNaN(Date.parse(rule.refusedFrom))).toBe(false);
      expect(rule.source).not.toBe('');
    }
    expect(algorithms.flatMap((rule) => ('digest' in rule ? [rule.digest] : []))).toEqual(expect.arrayContaining(['md5', 'sha1']));
  }
});

test('status is required by all of them: none passes what nobody could check', () => {
  expect(Object.values(policies).map(({ revocation }) => revocation)).toEqual(Array(4).fill('required'));
});
