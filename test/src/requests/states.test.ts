import { kinds, kindRules } from '../../../src/requests/kinds.ts';
import { decisionNames, findTransition, nextDecisions, requireOtherHands, storedStates, transitions } from '../../../src/requests/states.ts';

test.each([
  // state        decision    next         who may
  ['draft',     'confirm',  'confirmed', 'request:confirm'],
  ['draft',     'return',   'returned',  'request:confirm'],
  ['draft',     'refuse',   'refused',   'request:confirm'],
  ['confirmed', 'examine',  'examined',  'request:examine'],
  ['confirmed', 'approve',  'examined',  'request:approve'],
  ['confirmed', 'return',   'returned',  'request:examine'],
  ['confirmed', 'refuse',   'refused',   'request:refuse'],
  ['examined',  'approve',  'approved',  'request:approve'],
  ['examined',  'return',   'returned',  'request:examine'],
  ['examined',  'refuse',   'refused',   'request:refuse'],
] as const)('%s + %s → %s by %s', (state, decision, to, permission) => {
  expect(findTransition('issue', state, decision)).toMatchObject({ to, permission });
});

test('every other pair of state and decision is refused, closed ones by their own code', () => {
  for (const state of storedStates) {
    for (const decision of decisionNames) {
      if (nextDecisions('issue', state).includes(decision)) continue;
      const code = ['approved', 'completed', 'refused'].includes(state) ? 'request-already-decided' : 'state-changed';
      expect(() => findTransition('issue', state, decision)).toThrow(expect.objectContaining({ code }));
    }
  }
});

test.each(kinds)('%s reaches its end, with as many operators as its rule asks', (kind) => {
  let state = findTransition(kind, 'draft', 'confirm').to;
  let operators = 0;
  while (state !== 'approved') {
    state = findTransition(kind, state, 'approve').to;
    operators += 1;
  }
  expect(operators).toBe(kindRules[kind].operators);
});

test('return and refuse ask for a reason, nothing else does', () => {
  for (const t of transitions) expect(t.needsReason).toBe(t.decision === 'return' || t.decision === 'refuse');
});

const hands = { submittedBy: 'a', amendedBy: 'b', confirmedBy: 'c', examinedBy: 'd' };
test.each([
  ['approve', 'a', 'submitter'], ['approve', 'b', 'submitter'], ['approve', 'c', 'confirmer'], ['approve', 'd', 'examiner'], ['approve', 'e', undefined],
  ['refuse', 'a', undefined], ['return', 'd', undefined],
] as const)('four eyes: %s of an examined request by %s is stopped as %s', (decision, actor, hand) => {
  const decide = (): void => requireOtherHands(findTransition('issue', 'examined', decision), hands, actor);
  if (hand) expect(decide).toThrow(expect.objectContaining({ code: 'own-request', facts: { hand } }));
  else expect(decide).not.toThrow();
});

test('the examiner is neither submitter nor confirmer', () => {
  for (const actor of ['a', 'b', 'c']) {
    for (const decision of ['examine', 'approve'] as const) {
      expect(() => requireOtherHands(findTransition('issue', 'confirmed', decision), hands, actor)).toThrow(expect.objectContaining({ code: 'own-request' }));
    }
  }
});
