import { oids } from '../asn1/oids.ts';
import type { PolicyInformation, PolicyMapping } from '../certificate/extension-values.ts';

const { anyPolicy } = oids;

interface PolicyNode {
  validPolicy: string;
  expectedPolicySet: Set<string>;
  parents: readonly PolicyNode[];
}

/**
 * valid_policy_graph of RFC 9618 §5: one node per policy and depth, so its size is bounded by what the certificates list,
 * where the tree of RFC 5280 grows exponentially. An empty last level is NULL.
 */
export class ValidPolicyGraph {
  private readonly levels: Map<string, PolicyNode>[];

  /** RFC 5280 §6.1.2 (a): the one node of depth 0 is anyPolicy. */
  constructor() {
    this.levels = [new Map([[anyPolicy, node(anyPolicy, [anyPolicy], [])]])];
  }

  get isNull(): boolean {
    return this.last.size === 0;
  }

  private get last(): Map<string, PolicyNode> {
    return this.levels.at(-1)!;
  }

  /**
   * RFC 5280 §6.1.3 (d) and (e) as RFC 9618 §5.4 has them.
   * @param policies the certificate's, undefined when the extension is absent: the graph becomes NULL
   * @param anyPolicyAllowed inhibit_anyPolicy is above 0, or the certificate is self-issued and not the last
   */
  addCertificate(policies: readonly PolicyInformation[] | undefined, anyPolicyAllowed: boolean): void {
    const level = new Map<string, PolicyNode>();
    if (!policies || this.isNull) {
      this.levels.push(level);
      return;
    }
    const above = this.last;
    const expecting = parentsByExpectedPolicy(above);
    const anyParent = above.get(anyPolicy);
    for (const { oid } of policies) {
      if (oid === anyPolicy) continue;
      const parents = expecting.get(oid) ?? (anyParent ? [anyParent] : []);
      if (parents.length > 0) level.set(oid, node(oid, [oid], parents));
    }
    if (anyPolicyAllowed && policies.some(({ oid }) => oid === anyPolicy)) {
      for (const [expected, parents] of expecting) {
        if (!level.has(expected)) level.set(expected, node(expected, [expected], parents));
      }
    }
    this.levels.push(level);
    this.prune();
  }

  /** RFC 5280 §6.1.4 (b): mappings rewrite what is expected below, or delete where policy_mapping is 0. */
  map(mappings: readonly PolicyMapping[], policyMapping: number): void {
    const level = this.last;
    const mapped = Map.groupBy(mappings, ({ issuerDomainPolicy }) => issuerDomainPolicy);
    for (const [issuerPolicy, group] of mapped) {
      if (policyMapping === 0) {
        level.delete(issuerPolicy);
        continue;
      }
      const expected = group.map(({ subjectDomainPolicy }) => subjectDomainPolicy);
      const known = level.get(issuerPolicy);
      const any = level.get(anyPolicy);
      if (known) known.expectedPolicySet = new Set(expected);
      else if (any) level.set(issuerPolicy, node(issuerPolicy, expected, any.parents));
    }
    if (policyMapping === 0) this.prune();
  }

  /**
   * RFC 5280 §6.1.5 (g) with RFC 9618 §5.6: the user-constrained-policy-set. Policies count by the name the trust anchor's
   * domain gives them: nodes whose parent is anyPolicy.
   * @param userInitialPolicySet undefined for any-policy
   */
  userConstrainedPolicySet(userInitialPolicySet: ReadonlySet<string> | undefined): string[] {
    if (this.isNull) return [];
    const endsInAny = this.last.has(anyPolicy);
    if (endsInAny && userInitialPolicySet) return [...userInitialPolicySet];
    const authority = new Set<string>();
    for (const level of this.levels.slice(1)) {
      for (const { validPolicy, parents } of level.values()) {
        if (validPolicy !== anyPolicy && parents.some((parent) => parent.validPolicy === anyPolicy)) authority.add(validPolicy);
      }
    }
    if (endsInAny) authority.add(anyPolicy);
    return [...authority].filter((policy) => !userInitialPolicySet || userInitialPolicySet.has(policy));
  }

  /** RFC 5280 §6.1.3 (d)(3): nodes without children go, level by level upwards as long as one went. */
  private prune(): void {
    for (let depth = this.levels.length - 2; depth >= 0; depth--) {
      const level = this.levels[depth]!;
      const kept = new Set<PolicyNode>();
      for (const { parents } of this.levels[depth + 1]!.values()) for (const parent of parents) kept.add(parent);
      if (kept.size === level.size) return;
      for (const [policy, candidate] of level) if (!kept.has(candidate)) level.delete(policy);
    }
  }
}

function node(validPolicy: string, expected: readonly string[], parents: readonly PolicyNode[]): PolicyNode {
  return { validPolicy, expectedPolicySet: new Set(expected), parents };
}

function parentsByExpectedPolicy(level: ReadonlyMap<string, PolicyNode>): Map<string, PolicyNode[]> {
  const parents = new Map<string, PolicyNode[]>();
  for (const candidate of level.values()) {
    for (const expected of candidate.expectedPolicySet) {
      const known = parents.get(expected);
      if (known) known.push(candidate);
      else parents.set(expected, [candidate]);
    }
  }
  return parents;
}
