import { z } from 'zod';
import { statusBySerial, type PublicStatus } from '../../certificates/find.ts';
import { rates, takeRate } from '../../rates/take.ts';
import { html, page } from '../frame/page.ts';
import type { Translate, WordKey } from '../text/words.ts';

const maxTyped = 200;

/** What was typed as lower-case hex: spaces, colons, dashes and a leading 0x are how people write it. */
function serialFrom(typed: string): string | undefined {
  const hex = typed.trim().replace(/^0x/i, '').replaceAll(/[\s:.-]/g, '').toLowerCase();
  return /^[0-9a-f]{1,40}$/.test(hex) ? hex : undefined;
}

interface Shown extends PublicStatus { tag: 'good' | 'bad' | 'off' | 'wait'; stateText: string; reasonText: string; ended: boolean }

function shown(status: PublicStatus, at: Date, t: Translate): Shown {
  const [tag, word] = stateOf(status, at);
  const { revocation } = status;
  return { ...status, tag, stateText: t(word), ended: word !== 'status.good', reasonText: revocation ? t(`status.${revocation.reason}`) : '' };
}

function stateOf({ state, notBefore, notAfter }: PublicStatus, at: Date): [Shown['tag'], WordKey] {
  if (state === 'revoked') return ['bad', 'status.revoked'];
  if (state === 'on_hold') return ['wait', 'status.onHold'];
  if (notAfter < at) return ['off', 'status.expired'];
  return notBefore > at ? ['wait', 'status.notYet'] : ['good', 'status.good'];
}

/** The state of a certificate by its serial number, for anyone: a GET form, so that an answer has an address. */
export const statusPages = [
  page({
    method: 'get', path: '/status', allow: 'anyone', query: z.object({ serial: z.string().max(maxTyped).optional() }),
    handle: async ({ services, query, t, from, setHeader }) => {
      const typed = query.serial?.trim() ?? '';
      if (typed === '') return html('status/status.njk', { typed });
      await takeRate(services, { purpose: 'status', caller: from.address, rate: rates.anyone, setHeader });
      const serial = serialFrom(typed);
      if (serial === undefined) {
        const text = t('status.malformed');
        return html('status/status.njk', { typed, form: { values: { serial: typed }, errors: { serial: text }, mistakes: [{ field: 'serial', text }] } }, 422);
      }
      const at = services.now();
      return html('status/status.njk', { typed, at, found: (await statusBySerial(services, serial)).map((one) => shown(one, at, t)) });
    },
  }),
];
