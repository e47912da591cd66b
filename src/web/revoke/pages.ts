import { z } from 'zod';
import { rates, takeRate } from '../../rates/take.ts';
import { holderGrounds, revokeByCode } from '../../revocations/revoke-by-code.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { html, page, type Html, type PageCall } from '../frame/page.ts';
import { groundWords } from './ground-words.ts';

const Revocation = z.object({
  serialNumber: z.string().max(80, 'revoke.serialWrong').transform((text) => text.toLowerCase().replaceAll(/[\s:]/g, '')).pipe(z.string().regex(/^(?:[0-9a-f]{2}){1,20}$/, 'revoke.serialWrong')),
  code: z.string().trim().min(1, 'revoke.codeMissing').max(64, 'revoke.codeMissing'),
  ground: z.enum(holderGrounds, 'revoke.groundMissing'),
});

const revokeForm = ({ t }: PageCall, form: Form): Html =>
  html('revoke/form.njk', { form, grounds: holderGrounds.map((value) => ({ value, text: t(groundWords[value]) })) });

/** The page on which a holder revokes with the code; works without any script. The code itself is never shown again. */
export const revokePages = [
  page({ method: 'get', path: '/revoke', allow: 'anyone', handle: async (call) => revokeForm(call, emptyForm) }),
  page({
    method: 'post', path: '/revoke', allow: 'anyone', upload: { maxBytes: 1, files: [] }, body: Revocation, secret: ['code'],
    again: async (call, form) => revokeForm(call, form),
    mistakes: {
      'code-not-accepted': { field: 'serialNumber', word: 'revoke.wrong' }, 'certificate-already-revoked': { field: 'serialNumber', word: 'revoke.already' },
      'too-many-requests': { word: 'revoke.tooMany' },
    },
    handle: async ({ services, actor, body, from, setHeader }) => {
      // a code has 80 bits: the limit keeps noise down, not guesses; none is set per certificate, or a stranger could keep its holder out
      await takeRate(services, { purpose: 'revocation', caller: from.address, rate: rates.anyone, setHeader });
      const { serialNumber, revokedAt } = await revokeByCode(services, actor, body);
      return html('revoke/done.njk', { serial: serialNumber, revokedAt });
    },
  }),
];
