import { createHash } from 'node:crypto';

/**
 * Collects leaf hashes and gives the root of the tree over them (RFC 9162 §2.1.1). Keeps one hash per level,
 * so a batch of any length needs no memory to speak of.
 */
export class MerkleRoot {
  // Roots of complete subtrees, largest first; sizes are the ones of `count` in binary.
  readonly #subtrees: Buffer[] = [];
  #count = 0;

  add(leafHash: Uint8Array): void {
    this.#subtrees.push(Buffer.from(leafHash));
    this.#count++;
    for (let size = this.#count; size % 2 === 0; size /= 2) this.#join();
  }

  get count(): number {
    return this.#count;
  }

  /** The root so far; afterwards nothing more may be added. */
  finish(): Buffer {
    while (this.#subtrees.length > 1) this.#join();
    return this.#subtrees[0] ?? createHash('sha256').digest();
  }

  #join(): void {
    const right = this.#subtrees.pop();
    const left = this.#subtrees.pop();
    if (!left || !right) return;
    this.#subtrees.push(createHash('sha256').update('\x01').update(left).update(right).digest());
  }
}
