import { z } from 'zod';
import { buildCertificatesOnly } from '../../../pki/cms/certificates-only.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { getOwnCertificate, listOwn } from '../../holders/find.ts';
import { offerRenewal } from '../../holders/renew.ts';
import { revokeOwn } from '../../holders/revoke.ts';
import { holderGrounds } from '../../revocations/revoke-by-code.ts';
import { Problem } from '../../problems.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { file, html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import { kindWords, presentStep } from '../my-requests/present.ts';
import { refusalText } from '../renew/refusal.ts';
import { groundWords } from '../revoke/ground-words.ts';
import { fingerprintOf, holderName, presentCertificate, type CertificateView } from './present.ts';

const byId = z.object({ id: z.uuid() });

async function revokeForm({ services, actor, params: { id }, t }: PageCall<{ id: string }>, form: Form): Promise<Html> {
  const certificate = presentCertificate(await getOwnCertificate(services, actor, id), services.now(), t);
  return html('my-certificates/revoke.njk', { form, certificate, grounds: holderGrounds.map((value) => ({ value, text: t(groundWords[value]) })) });
}

/** What became of a renewal: why there can be none, or the request that is under way. */
async function renewalOf({ services, actor, t }: PageCall, { id, canRenew }: CertificateView): Promise<{ hindrance?: string; openId?: string | undefined }> {
  if (!canRenew) return {};
  try {
    return { openId: (await offerRenewal(services, actor, id)).open?.id };
  } catch (error) {
    if (error instanceof Problem) return { hindrance: refusalText(error, t) };
    throw error;
  }
}

/** An official's own certificates: how they stand, what they hold, and the end of one. */
export const myCertificatePages = [
  page({
    method: 'get', path: '/my-certificate', allow: 'own:read', query: z.object({ revoked: z.literal('1').optional() }),
    handle: async (call) => {
      const { services, actor, t, query } = call;
      const { certificates, requests } = await listOwn(services, actor);
      const [current, ...history] = certificates.map((one) => presentCertificate(one, services.now(), t));
      const shown = requests.map((one) => ({ ...one, kindText: t(kindWords[one.kind]), ...presentStep(one, t) }));
      return html('my-certificates/my-certificates.njk', { current, renewal: current && await renewalOf(call, current), history, requests: shown, revoked: query.revoked === '1' });
    },
  }),
  page({
    method: 'get', path: '/my-certificate/:id', allow: 'own:read', params: byId,
    handle: async ({ services, actor, params, t }) => {
      const certificate = await getOwnCertificate(services, actor, params.id);
      const chain = certificate.chain.map(holderName);
      return html('my-certificates/certificate.njk', { certificate: presentCertificate(certificate, services.now(), t), chain, fingerprint: fingerprintOf(certificate.der) });
    },
  }),
  page({
    method: 'get', path: '/my-certificate/:id/file/:format', allow: 'own:read', params: byId.extend({ format: z.enum(['pem', 'cer', 'p7c']) }),
    handle: async ({ services, actor, params: { id, format } }) => {
      const { der, chain, serialNumber } = await getOwnCertificate(services, actor, id);
      if (format === 'cer') return file(der, 'application/pkix-cert', `${serialNumber}.cer`);
      if (format === 'p7c') return file(buildCertificatesOnly([der, ...chain]), 'application/pkcs7-mime; smime-type=certs-only', `${serialNumber}.p7c`);
      return file(Buffer.from([der, ...chain].map((one) => toPem('CERTIFICATE', one)).join(''), 'latin1'), 'application/pem-certificate-chain', `${serialNumber}.pem`);
    },
  }),
  page({
    method: 'get', path: '/my-certificate/:id/revoke', allow: 'own:revoke', params: byId,
    handle: async (call) => revokeForm(call, emptyForm),
  }),
  page({
    method: 'post', path: '/my-certificate/:id/revoke', allow: 'own:revoke', params: byId,
    body: z.object({ ground: z.enum(holderGrounds, 'mine.groundWrong') }),
    again: revokeForm, mistakes: { 'certificate-already-revoked': { field: 'ground', word: 'revoke.already' } },
    handle: async ({ services, actor, params: { id }, body: { ground } }) => {
      await revokeOwn(services, actor, { certificateId: id, ground });
      return redirect('/my-certificate?revoked=1');
    },
  }),
];
