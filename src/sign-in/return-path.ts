const maxCharacters = 500;

/**
 * Where to go after signing in: a path of this service with its query, or `/`. Never another host: browsers read `//host` and
 * `/\host` as one, and take tabs and line ends out before they look.
 */
export function safeReturnPath(path: string | undefined): string {
  if (path === undefined || path.length > maxCharacters || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path)) return '/';
  const url = new URL(path, 'http://self.invalid');
  return url.host === 'self.invalid' && !url.pathname.startsWith('//') ? url.pathname + url.search : '/';
}
