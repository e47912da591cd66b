import { deviceEvents, deviceStates, eventRules, parseDeviceSerial } from '../../../src/devices/states.ts';

test('nothing happens to a retired device, and every other state has a way on', () => {
  for (const state of deviceStates) {
    const open = deviceEvents.filter((event) => eventRules[event].from.includes(state));
    expect(open.length === 0).toBe(state === 'retired');
  }
});

test('every state can be reached', () => {
  expect(new Set(['in-stock', ...deviceEvents.map((event) => eventRules[event].to)])).toEqual(new Set(deviceStates));
});

test.each([
  ['vn-01 23ab', 'VN0123AB'], ['8984 0480 0012 3456 789', '8984048000123456789'], ['HSM:1/slot.2_a', 'HSM:1/SLOT.2_A'],
  ['', undefined], ['  -', undefined], ['đ12', undefined], ['=1', undefined], ['a'.repeat(65), undefined], ['1\u00002', undefined],
])('the serial number %j is written %s', (text, serial) => {
  expect(parseDeviceSerial(text)).toBe(serial);
});
