import type { Digest } from '../keys/algorithm.ts';
import type { CanonicalMethod } from './canonicalize.ts';
import { attributeOf, childOf, namespaces, type XmlElement } from './tree.ts';

/** Where the identifiers of algorithms begin (XMLDSig §6, RFC 6931, RFC 9231, XML Encryption §5). */
export const uriSpaces = {
  dsig: 'http://www.w3.org/2000/09/xmldsig#', more: 'http://www.w3.org/2001/04/xmldsig-more#', more07: 'http://www.w3.org/2007/05/xmldsig-more#',
  more21: 'http://www.w3.org/2021/04/xmldsig-more#', enc: 'http://www.w3.org/2001/04/xmlenc#',
} as const;
const { dsig, more, more07, enc } = uriSpaces;

const digests: Readonly<Record<string, Digest>> = {
  [`${dsig}sha1`]: 'sha1', [`${more}sha224`]: 'sha224', [`${enc}sha256`]: 'sha256', [`${more}sha384`]: 'sha384', [`${enc}sha512`]: 'sha512',
  [`${more07}sha3-256`]: 'sha3-256', [`${more07}sha3-384`]: 'sha3-384', [`${more07}sha3-512`]: 'sha3-512',
};

/** The digest of a DigestMethod; undefined for those that are not ours, MD5 among them. */
export const digestByUri = (uri: string): Digest | undefined => digests[uri];

export const digestUri = (digest: Digest): string => Object.keys(digests).find((uri) => digests[uri] === digest) ?? '';

const forms: Readonly<Record<string, CanonicalMethod['form']>> = {
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315': 'inclusive',
  'http://www.w3.org/2006/12/xml-c14n11': 'inclusive-1.1',
  'http://www.w3.org/2001/10/xml-exc-c14n': 'exclusive',
};

/** The canonicalisation that an element with an Algorithm attribute names; undefined for what is none of ours. @throws PkiError `xml-element-repeated` */
export function canonicalMethodOf(element: XmlElement): CanonicalMethod | undefined {
  const uri = attributeOf(element, 'Algorithm') ?? '';
  const comments = /#?WithComments$/.test(uri);
  const form = forms[uri.replace(/WithComments$/, '').replace(/#$/, '')];
  if (!form || uri !== canonicalUri({ form, comments })) return undefined;
  const list = form === 'exclusive' ? childOf(element, namespaces.exclusive, 'InclusiveNamespaces') : undefined;
  const prefixes = (list && attributeOf(list, 'PrefixList'))?.split(/[ \t\r\n]+/).filter(Boolean) ?? [];
  return { form, comments, prefixes };
}

/** The identifier of a canonicalisation, whose spelling differs from form to form. */
export function canonicalUri({ form, comments }: Pick<CanonicalMethod, 'form' | 'comments'>): string {
  const uri = Object.keys(forms).find((each) => forms[each] === form)!;
  if (comments) return `${uri}#WithComments`;
  return form === 'exclusive' ? `${uri}#` : uri;
}

export const transformUris = {
  enveloped: `${dsig}enveloped-signature`,
  base64: `${dsig}base64`,
  xpath: 'http://www.w3.org/TR/1999/REC-xpath-19991116',
  xpathFilter: 'http://www.w3.org/2002/06/xmldsig-filter2',
} as const;
