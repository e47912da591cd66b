import { z } from 'zod';
import { sha256Fingerprint } from '../../../pki/certificate/fingerprint.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { enrolCertificate } from '../../client-certificates/enrol.ts';
import { listOperatorCertificates, openOwnCertificate } from '../../client-certificates/find.ts';
import { giveUpCertificate } from '../../client-certificates/remove.ts';
import { signInProfile, signInWithCertificate } from '../../client-certificates/sign-in.ts';
import { takesClientCertificates } from '../../http/client-certificate.ts';
import { Problem } from '../../problems.ts';
import { safeReturnPath } from '../../sign-in/return-path.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { file, html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import { holderName } from '../my-certificates/present.ts';
import { csrMistakes, csrOf, csrUpload, KeyPlace } from '../renew/csr-pages.ts';
import { keyKindsFor } from '../renew/key-kinds.ts';
import { signInForm } from '../sign-in/form.ts';
import { presentOperatorCertificate } from './present.ts';

const byId = z.object({ id: z.uuid() });
const To = z.object({ to: z.string().max(500).optional().transform((path) => (path === undefined ? undefined : safeReturnPath(path))) });
const name = z.string('clientCertificates.nameWrong').trim().min(1, 'clientCertificates.nameWrong').max(100, 'clientCertificates.nameWrong');
const allow = 'staff-or-enrolling';

type Call = Pick<PageCall, 'services' | 'actor' | 'session' | 't'>;

async function ownPage({ services, actor, session, t }: Call, form: Form, removed = false): Promise<Html> {
  const certificates = (await listOperatorCertificates(services, actor.id)).map((one) => presentOperatorCertificate(one, services.now(), t));
  return html('client-certificates/own.njk', { form, certificates, removed, enrolling: session?.method === 'enrolment', isOn: takesClientCertificates(services.config), keyKinds: await keyKindsFor(services, signInProfile) });
}

/** Certificates that operators sign in with: made, looked at, given up; and signing in with one. */
export const clientCertificatePages = [
  page({
    method: 'get', path: '/account/certificates', allow, query: z.object({ done: z.literal('removed').optional() }),
    handle: async (call) => ownPage(call, emptyForm, call.query.done !== undefined),
  }),
  page({
    method: 'post', path: '/account/certificates', allow, upload: csrUpload, body: KeyPlace.extend({ name }), secret: ['csr'], again: ownPage,
    mistakes: { ...csrMistakes, 'certificate-enrolment-over': {}, 'profile-violation': { field: 'file', word: 'clientCertificates.cannotIssue' } },
    handle: async (call) => {
      const { services, session, body, from, language } = call;
      if (!session) throw new Problem('sign-in-required');
      const { id, session: full } = await enrolCertificate(services, session, { name: body.name, csr: csrOf(call), from, language });
      return redirect(`/account/certificates/${id}?done=made`, full);
    },
  }),
  page({
    method: 'get', path: '/account/certificates/:id', allow, params: byId, query: z.object({ done: z.literal('made').optional() }),
    handle: async ({ services, actor, params: { id }, query: { done }, t }) => {
      const certificate = await openOwnCertificate(services, actor, id);
      const { der, chain, spkiHash } = certificate;
      return html('client-certificates/made.njk', {
        certificate: presentOperatorCertificate(certificate, services.now(), t), holder: der && holderName(der), form: emptyForm, made: done !== undefined, fingerprint: der && sha256Fingerprint(der),
        keyHash: spkiHash.toString('hex'), fileName: certificate.serialNumber, chain: der ? [der, ...chain].map((one) => Buffer.from(one).toString('base64')).join(' ') : '',
      });
    },
  }),
  page({
    method: 'get', path: '/account/certificates/:id/file/pem', allow, params: byId,
    handle: async ({ services, actor, params: { id } }) => {
      const { der, chain, serialNumber } = await openOwnCertificate(services, actor, id);
      if (!der) throw new Problem('not-found', { id });
      return file(Buffer.from([der, ...chain].map((one) => toPem('CERTIFICATE', one)).join(''), 'latin1'), 'application/pem-certificate-chain', `${serialNumber}.pem`);
    },
  }),
  page({
    method: 'post', path: '/account/certificates/remove', allow, body: z.object({ id: z.uuid() }), again: ownPage, mistakes: { 'certificate-last': {} },
    handle: async ({ services, actor, body: { id } }) => {
      await giveUpCertificate(services, actor, id);
      return redirect('/account/certificates?done=removed');
    },
  }),
  page({
    method: 'post', path: '/sign-in/certificate', allow: 'anyone', query: To,
    again: async ({ services, query: { to } }, form) => signInForm(services, to, form),
    mistakes: {
      'client-certificate-missing': {}, 'client-certificate-expired': {}, 'client-certificate-revoked': {}, 'client-certificate-not-valid': {},
      'not-permitted': { word: 'clientCertificates.switchedOff' }, 'too-many-requests': { word: 'signIn.tooMany' },
    },
    handle: async ({ services, query: { to }, clientCertificate, from }) => {
      const session = await signInWithCertificate(services, { shown: clientCertificate(), from });
      return redirect(to === undefined || to === '/' ? '/welcome' : to, session);
    },
  }),
];
