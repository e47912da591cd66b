import type { XmlSignature } from './signature.ts';
import { childrenOf, isNamed, namespaces, pathOf, type XmlDocument, type XmlElement } from './tree.ts';
import { dataReferences, type ReferenceVerdict } from './verify.ts';

/** What one signature protects of a document, for a reader to compare with what is shown. */
export interface XmlCoverage {
  /** everything but signatures; of a signature that stands alone, everything it holds or names */
  wholeDocument: boolean;
  /** paths of elements, names of files; `/` for the document */
  parts: readonly string[];
  /** paths of elements that look like a signed one, and nobody signed them: the trace of a moved original */
  doubled: readonly string[];
  /** paths of signed elements whose text a comment cuts in two: comments are not signed, and programs read the text differently */
  split: readonly string[];
}

export interface CheckedSignature { signature: XmlSignature; references: readonly ReferenceVerdict[] }

/** Lists for a reader end here, and so does the search for what fills them. */
const maxListed = 8;
const maxFound = 100;

/** The coverage of each signature of a document, in the order given. They are asked together: what one leaves out another may sign. */
export function coverageOf(document: XmlDocument, checked: readonly CheckedSignature[]): XmlCoverage[] {
  const signed = checked.map(({ signature, references }) => dataReferences(signature, references));
  const targets = signed.map((references) => references.flatMap(({ target }) => (target?.kind === 'element' ? [target.element] : [])));
  const isOfAll = ({ target }: ReferenceVerdict): boolean => target?.kind === 'document' && target.omitted !== 'markup';
  const isOfRoot = ({ target }: ReferenceVerdict): boolean => target?.kind === 'element' && target.element === document.root && target.omitted !== 'markup';
  const whole = signed.some((references) => references.some(isOfAll));
  const all = new Set(targets.flat());
  const alike = lookAlikes(document, all, whole);
  const cut = document.elements.filter(isTextCut).slice(0, maxFound);
  return checked.map(({ signature }, i): XmlCoverage => {
    const isWhole = signed[i]!.some(isOfAll);
    const own = new Set(targets[i]!);
    return {
      wholeDocument: (isWhole || signed[i]!.some(isOfRoot) || signature.element === document.root) && !hasUnsignedObject(signature, own),
      parts: [...new Set(signed[i]!.slice(0, maxFound).map(({ target, reference }) => nameOf(target, reference.uri)))].slice(0, maxListed),
      doubled: alike.filter(({ to }) => to.some((target) => own.has(target))).slice(0, maxListed).map(({ element }) => pathOf(element)),
      split: cut.filter((element) => (isWhole && !isInSignature(element)) || isInOneOf(element, own)).slice(0, maxListed).map(pathOf),
    };
  });
}

function nameOf(target: ReferenceVerdict['target'], uri: string | undefined): string {
  if (target?.kind === 'document') return '/';
  return target?.kind === 'element' ? pathOf(target.element) : (target?.name ?? uri ?? '').slice(0, 200);
}

const key = ({ namespace, local }: XmlElement): string => `${namespace} ${local}`;

/** Elements of the name of signed ones that are in no signed part. */
function lookAlikes({ elements }: XmlDocument, targets: ReadonlySet<XmlElement>, whole: boolean): { element: XmlElement; to: readonly XmlElement[] }[] {
  const byName = Map.groupBy([...targets].filter(({ namespace }) => namespace !== namespaces.ds && namespace !== namespaces.xades), key);
  const locals = new Set([...targets].map(({ local }) => local));
  const isSigned = (element: XmlElement): boolean => isInOneOf(element, targets) || (whole && !isInSignature(element));
  return elements.filter((element) => locals.has(element.local) && byName.has(key(element)) && !isSigned(element)).slice(0, maxFound)
    .map((element) => ({ element, to: byName.get(key(element))! }));
}

function isInOneOf(element: XmlElement, parts: ReadonlySet<XmlElement>): boolean {
  for (let at: XmlElement | undefined = element; at; at = at.parent) if (parts.has(at)) return true;
  return false;
}

function isInSignature(element: XmlElement): boolean {
  for (let at: XmlElement | undefined = element; at; at = at.parent) if (isNamed(at, namespaces.ds, 'Signature')) return true;
  return false;
}

/** A ds:Object that carries something of which the signature says nothing. */
function hasUnsignedObject({ objects }: XmlSignature, targets: ReadonlySet<XmlElement>): boolean {
  const isSigned = (object: XmlElement): boolean => targets.has(object)
    || childrenOf(object).every((child) => targets.has(child) || isNamed(child, namespaces.xades, 'QualifyingProperties') || isNamed(child, namespaces.ds, 'Manifest'));
  return !objects.every(isSigned);
}

/** Text, a comment, and text again that says something on both sides. */
function isTextCut({ children }: XmlElement): boolean {
  return children.some((child, i) => child.kind === 'comment' && saysSomething(children[i - 1]) && saysSomething(children[i + 1]));
}

const saysSomething = (node: XmlElement['children'][number] | undefined): boolean => node?.kind === 'text' && /[^ \t\r\n]/.test(node.text);
