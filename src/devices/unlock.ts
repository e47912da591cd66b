import type { Actor, Tx } from '../services.ts';
import { addDeviceEvent } from './register.ts';
import { findDeviceIdOf, insertDeviceLink, lockDevice } from './store.ts';

/** A request for restoring the device that holds a certificate; `note` says what for. */
export interface Restoration { requestId: string; certificateId: string; note: string }

/**
 * Unlocks the device of a request for restoring it that was agreed to, and notes the request with the device. A device that
 * the register does not know, or does not call locked, stays as it is: the request alone is the record then.
 * @returns whether a device was unlocked
 * @throws Problem `outside-your-agency`
 */
export async function unlockDevice(tx: Tx, actor: Actor, { requestId, certificateId, note }: Restoration, at: Date): Promise<boolean> {
  const id = await findDeviceIdOf(tx, requestId, certificateId);
  const device = id === undefined ? undefined : await lockDevice(tx, id);
  if (device?.state !== 'locked') return false;
  await addDeviceEvent(tx, actor, device.id, { event: 'unlocked', note, at });
  await insertDeviceLink(tx, device.id, { type: 'request', id: requestId }, at);
  return true;
}
