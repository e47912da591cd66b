export const deviceKinds = ['TOKEN', 'SIM', 'SOFT', 'RSSP', 'HSM'] as const;
export type DeviceKind = (typeof deviceKinds)[number];

export const deviceStates = ['in-stock', 'in-use', 'locked', 'lost', 'broken', 'retired'] as const;
export type DeviceState = (typeof deviceStates)[number];

export const deviceEvents = ['handed-over', 'returned', 'locked', 'unlocked', 'lost', 'found', 'broken', 'retired'] as const;
export type DeviceEvent = (typeof deviceEvents)[number];

interface Rule { vi: string; from: readonly DeviceState[]; to: DeviceState; needs: readonly ('givenBy' | 'receivedBy' | 'note')[] }

/**
 * What can happen to a device, from which state, and what the record must say. A locked token (wrong PIN too often) is
 * unlocked by whoever keeps the devices, on a request for restoring it; lost and broken ones have certificates to be revoked.
 */
export const eventRules: Readonly<Record<DeviceEvent, Rule>> = {
  'handed-over': { vi: 'bàn giao', from: ['in-stock', 'in-use'], to: 'in-use', needs: ['givenBy', 'receivedBy'] },
  'returned': { vi: 'thu lại', from: ['in-use', 'locked', 'broken'], to: 'in-stock', needs: ['givenBy', 'receivedBy'] },
  'locked': { vi: 'bị khóa', from: ['in-use', 'in-stock'], to: 'locked', needs: [] },
  'unlocked': { vi: 'mở khóa', from: ['locked'], to: 'in-use', needs: ['note'] },
  'lost': { vi: 'thất lạc', from: ['in-stock', 'in-use', 'locked'], to: 'lost', needs: ['note'] },
  'found': { vi: 'tìm lại được', from: ['lost'], to: 'in-stock', needs: ['note'] },
  'broken': { vi: 'hỏng', from: ['in-stock', 'in-use', 'locked'], to: 'broken', needs: ['note'] },
  'retired': { vi: 'thanh lý', from: ['in-stock', 'lost', 'broken'], to: 'retired', needs: ['note'] },
};

/** Serial numbers are written with spaces, dashes and in either case; the register knows one form. */
export function parseDeviceSerial(text: string): string | undefined {
  const serial = text.replaceAll(/[\s-]/g, '').toUpperCase();
  return /^[0-9A-Z.:_/]{1,64}$/.test(serial) ? serial : undefined;
}
