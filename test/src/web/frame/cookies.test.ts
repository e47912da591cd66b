import { readCookies, sessionCookie, sessionCookieName } from '../../../../src/web/frame/cookies.ts';

test('over TLS the cookie is bound to this host, unreadable by scripts, and never sent in clear', () => {
  const config = { publicUrl: 'https://antin.example' };
  expect(sessionCookieName(config)).toBe('__Host-antin');
  expect(sessionCookie(config, 'x')).toBe('__Host-antin=x; Path=/; HttpOnly; SameSite=Lax; Secure');
  expect(sessionCookie(config, '')).toContain('Max-Age=0');
});

test('on a developer’s machine it works without TLS', () => {
  expect(sessionCookie({ publicUrl: 'http://localhost:8080' }, 'x')).toBe('antin=x; Path=/; HttpOnly; SameSite=Lax');
});

test('of two cookies with one name the first counts, and odd ones are passed over', () => {
  expect([...readCookies({ headers: { cookie: 'a=1; a=2; ;=x; b = 3; c' } })]).toEqual([['a', '1'], ['b', '3']]);
});
