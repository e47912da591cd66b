import { latestCrls } from '../../crl/find.ts';
import { listAuthorities } from '../../authorities/list.ts';
import { findOwnKeys, type OwnKeyRow } from '../../own-keys/find.ts';
import { showDate, showDateTime, showNumber } from '../frame/formats.ts';
import { html, page } from '../frame/page.ts';
import type { Translate, WordKey } from '../text/words.ts';

const purposeWords = { ca: 'keep.forCa', ocsp: 'keep.forOcsp', timestamp: 'keep.forTimestamp', receipt: 'keep.forReceipt' } as const satisfies Record<OwnKeyRow['purpose'], WordKey>;
const dayMs = 86_400_000;
/** The service renews its own certificates earlier than this: one that is nearer to its end was not renewed. */
const soonDays = 14;

function stateOf({ state, notAfter }: OwnKeyRow, now: Date, t: Translate): { tag: string; text: string } {
  if (state === 'revoked') return { tag: 'bad', text: t('authorities.stateRevoked') };
  if (state !== 'issued') return { tag: 'wait', text: t('authorities.statePrepared') };
  const days = Math.floor((notAfter.getTime() - now.getTime()) / dayMs);
  if (days < 0) return { tag: 'off', text: t('authorities.stateExpired') };
  return { tag: days < soonDays ? 'bad' : 'good', text: t('keep.daysLeft', { days: showNumber(days, t.language) }) };
}

/** Keys, lists and certificates of the service itself, for whoever keeps it running. */
export const keepPages = [
  page({
    method: 'get', path: '/keep/authorities', allow: 'authority:read',
    handle: async ({ services, t }) => {
      const now = services.now();
      const [authorities, crls, keys] = await Promise.all([listAuthorities(services), latestCrls(services), findOwnKeys(services)]);
      return html('authorities/keep.njk', {
        lists: authorities.flatMap(({ name, generations }) => generations.map(({ id, label, generation }) => {
          const crl = crls.get(id);
          return {
            name: { text: `${name}, ${t('authorities.generationNumber', { number: generation })}`, href: `/authorities/${label}` }, number: crl?.number ?? '',
            published: crl ? showDateTime(crl.thisUpdate) : '', next: crl ? showDateTime(crl.nextUpdate) : '',
            state: !crl ? { tag: 'off', text: t('keep.noList') } : crl.nextUpdate > now ? { tag: 'good', text: t('authorities.crlFresh') } : { tag: 'bad', text: t('authorities.crlStale') },
          };
        })),
        keys: keys.map((key) => ({
          purpose: t(purposeWords[key.purpose]), label: key.label, kept: t(key.provider === 'pkcs11' ? 'keep.inHsm' : 'keep.inSoftware'), scheme: key.scheme,
          ends: showDate(key.notAfter), state: stateOf(key, now, t),
        })),
      });
    },
  }),
];
