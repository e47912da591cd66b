import { sign, type KeyObject } from 'node:crypto';
import { DerReader, readWhole } from '../pki/asn1/der-reader.ts';
import { bitString, element } from '../pki/asn1/der-writer.ts';
import { tags } from '../pki/asn1/tags.ts';
import { signatureAlgorithmDer } from '../pki/keys/algorithm.ts';
import { PkiError } from '../pki/error.ts';

/** A DER element as a tree that can be bent and written again with right lengths. */
interface Node { tag: number; content: Uint8Array; children: Node[] | undefined }

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function treeOf(der: Uint8Array): Node {
  const { tag, content } = readWhole(der);
  return { tag, content, children: childrenOf(tag, content) };
}

/** Of constructed elements, and of octet strings that hold DER, as extensions do. */
function childrenOf(tag: number, content: Uint8Array): Node[] | undefined {
  if ((tag & 0x20) === 0 && tag !== tags.octetString) return undefined;
  try {
    return new DerReader(content).all().map(({ der }) => treeOf(der));
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function write({ tag, content, children }: Node): Uint8Array {
  return children ? element(tag, ...children.map(write)) : element(tag, content);
}

function nodesOf(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(nodesOf)];
}

const kinds = ['flip', 'drop', 'repeat', 'swap', 'retag', 'truncate'] as const;
export type Mutation = (typeof kinds)[number];

/** One random change somewhere in a DER object. */
export function mutate(der: Uint8Array, random: () => number): { der: Uint8Array; mutation: Mutation } {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const tree = treeOf(der);
  const nodes = nodesOf(tree);
  const mutation = pick(kinds);
  const parent = pick(nodes.filter(({ children }) => (children?.length ?? 0) > 0));
  const children = parent.children!;
  const place = Math.floor(random() * children.length);
  switch (mutation) {
    case 'flip': {
      const leaf = pick(nodes.filter(({ children: inner, content }) => !inner && content.length > 0));
      const content = leaf.content.slice();
      content[Math.floor(random() * content.length)]! ^= 1 << Math.floor(random() * 8);
      leaf.content = content;
      break;
    }
    case 'drop': children.splice(place, 1); break;
    case 'repeat': children.splice(place, 0, children[place]!); break;
    case 'swap': children.push(children.splice(place, 1)[0]!); break;
    case 'retag': children[place]!.tag ^= 1 << Math.floor(random() * 8); break;
    case 'truncate': {
      const leaf = pick(nodes.filter(({ children: inner }) => !inner));
      leaf.content = leaf.content.subarray(0, Math.floor(random() * leaf.content.length));
    }
  }
  return { der: write(tree), mutation };
}

/** The same change in the signed part alone, signed anew by its issuer, so that the rules are tried and not the signature. */
export function mutateAndSign(tbs: Uint8Array, key: KeyObject, random: () => number): { der: Uint8Array; mutation: Mutation } {
  const changed = mutate(tbs, random);
  const der = element(tags.sequence, changed.der, signatureAlgorithmDer('ecdsa-sha256'), bitString(sign('sha256', changed.der, key)));
  return { der, mutation: changed.mutation };
}
