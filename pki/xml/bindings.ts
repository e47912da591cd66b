import { PkiError } from '../error.ts';
import { namespaces, type NamespaceDeclaration, type XmlName } from './tree.ts';

/** The namespaces in scope while a file is read (Namespaces in XML 1.0): for each prefix its bindings, innermost last. */
export class Bindings {
  private readonly byPrefix = new Map<string, string[]>([['xml', [namespaces.xml]]]);

  /** The declarations of an element come into scope. @throws PkiError `xml-namespace` */
  enter(declarations: readonly NamespaceDeclaration[]): void {
    for (const { prefix, uri } of declarations) {
      checkDeclaration(prefix, uri);
      const known = this.byPrefix.get(prefix);
      if (known) known.push(uri);
      else this.byPrefix.set(prefix, [uri]);
    }
  }

  leave(declarations: readonly NamespaceDeclaration[]): void {
    for (const { prefix } of declarations) this.byPrefix.get(prefix)!.pop();
  }

  /** An element's name; without a prefix it is in the default namespace. @throws PkiError `xml-namespace` */
  elementName(qualified: string): XmlName {
    const [prefix, local] = split(qualified);
    return { prefix, local, namespace: this.uriOf(prefix) };
  }

  /** An attribute's name; without a prefix it is in no namespace. @throws PkiError `xml-namespace` */
  attributeName(qualified: string): XmlName {
    const [prefix, local] = split(qualified);
    return { prefix, local, namespace: prefix === '' ? '' : this.uriOf(prefix) };
  }

  private uriOf(prefix: string): string {
    const uri = this.byPrefix.get(prefix)?.at(-1);
    if (prefix !== '' && uri === undefined) throw new PkiError('xml-namespace', { rule: `Namespaces in XML 1.0 §5 ${prefix} is declared` });
    return uri ?? '';
  }
}

function checkDeclaration(prefix: string, uri: string): void {
  const isXml = prefix === 'xml';
  if (isXml !== (uri === namespaces.xml) || prefix === 'xmlns' || uri === namespaces.xmlns) throw new PkiError('xml-namespace', { rule: 'Namespaces in XML 1.0 §3 reserved' });
  if (uri === '' && prefix !== '') throw new PkiError('xml-namespace', { rule: 'Namespaces in XML 1.0 §5 No Prefix Undeclaring' });
}

function split(qualified: string): [string, string] {
  const colon = qualified.indexOf(':');
  return colon < 0 ? ['', qualified] : [qualified.slice(0, colon), qualified.slice(colon + 1)];
}
