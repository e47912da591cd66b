import { z } from 'zod';
import type { NameParts } from '../../../pki/name/build.ts';
import { listOwn } from '../../holders/find.ts';
import { offerRenewal, renewOwn } from '../../holders/renew.ts';
import { Problem } from '../../problems.ts';
import { showDate, showHex, showNumber } from '../frame/formats.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { html, page, redirect, type Answer, type Html, type PageCall } from '../frame/page.ts';
import { presentCertificate } from '../my-certificates/present.ts';
import type { Translate, WordKey } from '../text/words.ts';
import { refusalText } from './refusal.ts';
import { csrMistakes, csrOf, csrUpload, KeyPlace } from './csr-pages.ts';
import { keyKindsFor } from './key-kinds.ts';

const byId = z.object({ id: z.uuid() });
const subjectWords: Readonly<Record<string, WordKey>> = { CN: 'renew.name', E: 'renew.email', O: 'renew.organisation', OU: 'renew.unit', L: 'renew.province' };

function rowsOf(subject: NameParts, t: Translate): { label: string; value: string }[] {
  // the person first, then from the own unit up to the province
  const order = ['CN', 'E', 'OU', 'O', 'L'];
  const parts = subject.toReversed().toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  return parts.flatMap(([type, value]) => (subjectWords[type] ? [{ label: t(subjectWords[type]), value }] : []));
}

type Call = PageCall<{ id: string }>;

async function renewForm({ services, actor, params: { id }, t }: Call, form: Form): Promise<Html> {
  const { certificate, subject, days, atOnce } = await offerRenewal(services, actor, id);
  const rows = [
    ...rowsOf(subject, t), { label: t('renew.length'), value: t('renew.lengthDays', { days: showNumber(days, t.language) }) },
    { label: t('renew.current'), value: t('renew.currentEnds', { end: showDate(certificate.notAfter) }) },
    { label: t('renew.currentSerial'), value: showHex(certificate.serialNumber), mono: true },
  ];
  return html('renew/renew.njk', { form, id, rows, atOnce, keyKinds: await keyKindsFor(services, 'official-signing') });
}

async function showRenewal(call: Call): Promise<Answer> {
  const { services, actor, params: { id } } = call;
  try {
    const { open } = await offerRenewal(services, actor, id);
    return open ? redirect(`/my-requests/${open.id}`) : await renewForm(call, emptyForm);
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'certificate-not-found' || error.code === 'not-permitted') throw error;
    return html('renew/refused.njk', { text: refusalText(error, call.t) });
  }
}

/** From the mailed reminder to a new certificate. Uploading a request works without script; making a key in the browser needs it. */
export const renewPages = [
  page({
    method: 'get', path: '/renew', allow: 'signed-in',
    handle: async ({ services, actor, t }) => {
      if (actor.kind !== 'official') return redirect('/welcome');
      const renewable = (await listOwn(services, actor)).certificates.filter((one) => presentCertificate(one, services.now(), t).canRenew);
      return redirect(renewable.length === 1 ? `/renew/${renewable[0]!.id}` : '/my-certificate');
    },
  }),
  page({
    method: 'get', path: '/renew/:id', allow: 'signed-in', params: byId,
    // registrars are reminded of the same certificates, and look after them in their own list
    handle: async (call) => (call.actor.kind === 'official' ? showRenewal(call) : redirect('/welcome')),
  }),
  page({
    method: 'post', path: '/renew/:id', allow: 'own:renew', params: byId, upload: csrUpload, body: KeyPlace, secret: ['csr'],
    again: renewForm,
    mistakes: csrMistakes,
    handle: async (call) => {
      const { services, actor, params: { id }, body } = call;
      const order = { certificateId: id, csr: csrOf(call), device: body.where === 'browser' ? 'SOFT' as const : 'TOKEN' as const };
      // pressed twice is asked once
      const { requestId } = await renewOwn(services, actor, order).catch((error: unknown) => {
        if (error instanceof Problem && error.code === 'duplicate-request' && typeof error.facts['request'] === 'string') return { requestId: error.facts['request'] };
        throw error;
      });
      return redirect(`/my-requests/${requestId}`);
    },
  }),
];
