import type { OwnRequest } from '../../../../src/holders/find.ts';
import { presentStep, presentSteps } from '../../../../src/web/my-requests/present.ts';
import { wordsIn } from '../../../../src/web/text/words.ts';

const request = { kind: 'issue', state: 'draft', byHolder: false } as OwnRequest;
const t = wordsIn('vi');

test.each([
  // state                 in the list             the steps: g is behind, w is waited for, o is to come
  ['draft',      'wait', 'Chờ cơ quan xác nhận', 'gwooo'], ['confirmed', 'wait', 'Chờ thẩm tra', 'ggwoo'], ['examined', 'wait', 'Chờ phê duyệt', 'gggwo'],
  ['approved',   'wait', 'Đang cấp chứng thư',   'ggggw'], ['issued',    'good', 'Đã cấp chứng thư', 'ggggg'], ['completed', 'good', 'Hoàn thành', 'ggggg'],
  ['returned',   'bad',  'Yêu cầu cần bổ sung',  'goooo'], ['refused',   'bad',  'Yêu cầu bị từ chối', 'goooo'],
] as const)('a request that is %s', (state, tag, stateText, steps) => {
  expect(presentStep({ ...request, state }, t)).toEqual({ tag, stateText });
  expect(presentSteps({ ...request, state }, t).map((step) => step.tag[0]).join('')).toBe(steps);
});

test('what ends without a certificate says so', () => {
  expect(presentSteps({ ...request, kind: 'revoke' }, t).at(-1)!.text).toBe('Hoàn thành');
  expect(presentSteps({ ...request, kind: 'renew' }, t).at(-1)!.text).toBe('Cấp chứng thư');
});

test('what a policy lets the holder do alone has two steps', () => {
  const steps = (state: OwnRequest['state']): string => presentSteps({ ...request, kind: 'renew', byHolder: true, state }, t).map((step) => step.tag[0]).join('');
  expect([steps('approved'), steps('issued')]).toEqual(['gw', 'gg']);
});
