import { z } from 'zod';
import { PkiError } from '../../../pki/error.ts';
import { attachPaper, maxPaperBytes, requirePdf } from '../../papers/attach.ts';
import { Problem } from '../../problems.ts';
import { devices, kinds, subscriberProfiles, type Kind, type SubscriberProfile } from '../../requests/kinds.ts';
import { submitRequest } from '../../requests/submit.ts';
import type { Actor } from '../../services.ts';
import { mostTyped, offerAgencies, ownAgencyText, pickAgency, type Picking } from '../agencies/pick.ts';
import { filledForm, typedOrChosen, type Form, refused } from '../frame/form.ts';
import { showDate } from '../frame/formats.ts';
import { html, page, redirect, type Html, type Mistakes, type PageCall } from '../frame/page.ts';
import { findBySerial, readAsked, type Asked } from './holder.ts';
import { besideFields, groundsFor, needsCertificate, needsKey, submissionFrom } from './submission.ts';
import { deviceWords, groundWords, holderWords, titles, type AgencyGround } from './words.ts';

const profiles = Object.keys(subscriberProfiles) as SubscriberProfile[];
const grounds = Object.keys(groundWords) as AgencyGround[];
const said = <T extends z.ZodType>(type: T) => z.preprocess((value) => (typeof value === 'string' && value.trim() === '' ? undefined : value), type.optional());
const byKind = z.object({ kind: z.enum(kinds) });
const about = z.object({ official: z.uuid().optional(), certificate: z.uuid().optional(), ground: z.enum(grounds).optional() });

const Ask = z.object({
  official: said(z.uuid()), certificate: said(z.uuid()), serial: said(z.string().max(80, 'ask.serialWrong')), profile: said(z.enum(profiles, 'ask.forMissing')),
  agency: typedOrChosen(said(z.string().trim().max(mostTyped, 'agencies.unknown'))), serviceName: said(z.string().trim().max(64, 'ask.serviceMissing')), device: said(z.enum(devices)),
  ground: said(z.enum(grounds, 'ask.groundMissing')), since: said(z.string().trim().max(20, 'ask.sinceWrong')), note: said(z.string().trim().max(2000)), wetSigned: z.literal('yes').optional(),
});
type Ask = z.output<typeof Ask>;

const mistakes: Mistakes = {
  'csr-malformed': { field: 'csr', word: 'ask.csrUnreadable' }, 'csr-signature-invalid': { field: 'csr' }, 'key-too-weak': { field: 'csr' }, 'key-compromised': { field: 'csr' },
  'key-used-by-another': { field: 'csr' }, 'algorithm-not-allowed': { field: 'csr' }, 'subject-mismatch': { field: 'csr' }, 'duplicate-request': { word: 'ask.duplicate' },
  'renewal-not-open': {}, 'renewal-limit-reached': {}, 'certificate-already-revoked': {}, 'profile-violation': {}, 'state-changed': {},
  'outside-your-agency': { field: 'agency', word: 'people.agencyOutside' }, 'too-large': { field: 'paper', word: 'ask.paperTooLarge' },
};

/** New requests of the law's five kinds. Those who may confirm theirs are led on to that. */
export const askPages = [
  page({
    method: 'get', path: '/ask/:kind', allow: 'request:submit', params: byKind, query: about,
    handle: async (call) => {
      const { official, certificate, ground } = call.query;
      const known = { ...(official ? { official } : {}), ...(certificate ? { certificate } : {}), ...(ground ? { ground } : {}) };
      return askForm(call, call.params.kind, filledForm({ ...known, agency: await ownAgencyText(call.services, call.actor) }));
    },
  }),
  page({
    method: 'post', path: '/ask/:kind', allow: 'request:submit', params: byKind, body: Ask, mistakes, upload: { maxBytes: maxPaperBytes, files: ['csr', 'paper'] },
    again: async (call, form) => askForm(call, call.params.kind, form),
    handle: async ({ services, actor, params: { kind }, body, files: { csr, paper } }) => {
      const asked = await readAsked(services, actor, await namedIn({ services, actor }, kind, body));
      const agencyId = kind === 'issue' && !asked.official && body.agency !== undefined ? (await pickAgency(services, body.agency, ownAgency(actor))).id : undefined;
      if (paper) await requirePdfHere(paper.bytes);
      if (body.wetSigned && !paper) throw refused('paper', 'ask.wetMissing');
      const { id } = await besideFields(submitRequest(services, actor, submissionFrom(kind, body, asked, { agencyId, csr, now: services.now() })));
      const isTaken = !paper || await attached(attachPaper(services, actor, { requestId: id, kind: body.wetSigned ? 'wet-signed-scan' : 'other', ...paper }));
      return redirect(`/asked/${id}${isTaken ? '' : '?papers=failed'}`);
    },
  }),
];

async function namedIn({ services, actor }: Pick<PageCall, 'services' | 'actor'>, kind: Kind, { official, certificate, serial }: Ask): Promise<{ official?: string; certificate?: string }> {
  if (!needsCertificate(kind)) return official ? { official } : {};
  const id = certificate ?? (serial === undefined ? undefined : await findBySerial(services, actor, serial));
  if (id === undefined) throw refused('serial', 'ask.serialWrong');
  return { certificate: id };
}

async function requirePdfHere(bytes: Uint8Array): Promise<void> {
  try {
    requirePdf(bytes);
  } catch (error) {
    throw error instanceof Problem ? refused('paper', 'ask.paperWrong') : error;
  }
}

/** The request stands, whatever becomes of its paper: that can be sent again. */
async function attached(work: Promise<unknown>): Promise<boolean> {
  return work.then(() => true, (error: unknown) => {
    if (error instanceof Problem || error instanceof PkiError) return false;
    throw error;
  });
}

const ownAgency = ({ agencyPath }: Actor): Picking => ({ field: 'agency', within: agencyPath });

async function askForm({ services, actor, t }: PageCall, kind: Kind, form: Form): Promise<Html> {
  const { official, certificate } = form.values;
  const asked = await readAsked(services, actor, needsCertificate(kind) ? { certificate: idIn(certificate) } : { official: idIn(official) });
  return html('ask/form.njk', {
    form, kind, offered: await offerAgencies(services, form, ownAgency(actor)), title: t(titles[kind]), key: needsKey(kind), ofCertificate: needsCertificate(kind), rows: rowsOf(asked, t), official: asked.official?.id, certificate: asked.certificate?.id,
    hasMoved: kind === 'change' && asked.hasMoved, profiles: profiles.map((value) => ({ value, text: t(holderWords[value]), ...(value === 'official-signing' ? { hint: t('ask.forOfficialHint') } : {}) })),
    devices: devices.map((value) => ({ value, text: t(deviceWords[value]) })), grounds: groundsFor(asked.holder, grounds).map((value) => ({ value, text: t(groundWords[value]) })),
  });
}

const idIn = (value: string | readonly string[] | undefined): string | undefined => (typeof value === 'string' && z.uuid().safeParse(value).success ? value : undefined);

function rowsOf({ official, certificate }: Asked, t: PageCall['t']): { label: string; value: string | undefined; mono?: boolean }[] {
  return [
    { label: t('people.name'), value: official?.name }, { label: t('people.position'), value: official?.position }, { label: t('people.agency'), value: official?.agencyCode },
    { label: t('ask.subject'), value: certificate?.subject }, { label: t('ask.serial'), value: certificate?.serialNumber, mono: true }, { label: t('ask.validTo'), value: certificate && showDate(certificate.notAfter) },
  ];
}
