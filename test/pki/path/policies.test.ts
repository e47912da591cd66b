import { oids } from '../../../pki/asn1/oids.ts';
import { ValidPolicyGraph } from '../../../pki/path/policies.ts';

const { anyPolicy } = oids;
const policies = (...list: string[]): { oid: string; qualifiers: [] }[] => list.map((oid) => ({ oid, qualifiers: [] }));
const mapping = (issuerDomainPolicy: string, subjectDomainPolicy: string): { issuerDomainPolicy: string; subjectDomainPolicy: string } => ({ issuerDomainPolicy, subjectDomainPolicy });

test('a policy in every certificate is the user\'s; no extension makes the graph NULL (§6.1.3 (e))', () => {
  const graph = new ValidPolicyGraph();
  graph.addCertificate(policies('1.1', '1.2'), true);
  graph.addCertificate(policies('1.2', '1.3'), true);
  expect(graph.userConstrainedPolicySet(undefined)).toEqual(['1.2']);
  expect(graph.userConstrainedPolicySet(new Set(['1.1']))).toEqual([]);
  graph.addCertificate(undefined, true);
  expect(graph.isNull).toBe(true);
});

test('anyPolicy counts only where it is allowed (§6.1.3 (d)(2))', () => {
  const graph = new ValidPolicyGraph();
  graph.addCertificate(policies(anyPolicy), true);
  expect(graph.userConstrainedPolicySet(new Set(['1.7']))).toEqual(['1.7']);
  graph.addCertificate(policies(anyPolicy), false);
  expect(graph.isNull).toBe(true);
});

test('mappings rename downwards, and the user sees the name of the anchor\'s domain (§6.1.4 (b), RFC 9618)', () => {
  const graph = new ValidPolicyGraph();
  graph.addCertificate(policies('1.1'), true);
  graph.map([mapping('1.1', '2.1')], 1);
  graph.addCertificate(policies('2.1'), true);
  expect(graph.userConstrainedPolicySet(undefined)).toEqual(['1.1']);
});

test('where mapping is inhibited the mapped policy goes (§6.1.4 (b)(2))', () => {
  const graph = new ValidPolicyGraph();
  graph.addCertificate(policies('1.1'), true);
  graph.map([mapping('1.1', '2.1')], 0);
  expect(graph.isNull).toBe(true);
});

test('what makes RFC 5280\'s tree grow exponentially ends at once (RFC 9618 §3.2)', () => {
  const graph = new ValidPolicyGraph();
  const names = Array.from({ length: 30 }, (_, i) => `1.${i}`);
  const all = names.flatMap((from) => names.map((to) => mapping(from, to)));
  for (let depth = 0; depth < 30; depth++) {
    graph.addCertificate(policies(...names), true);
    graph.map(all, 5);
  }
  expect(graph.userConstrainedPolicySet(undefined)).toHaveLength(30);
});
