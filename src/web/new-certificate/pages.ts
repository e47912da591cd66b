import { z } from 'zod';
import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { parsePem } from '../../../pki/keys/pem.ts';
import { spkiHash } from '../../../pki/keys/public-key.ts';
import { askNewCertificate, fetchNewCertificate, getSuccession, type Succession } from '../../reorganisation/link.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { file, html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import { holderName } from '../my-certificates/present.ts';
import { csrMistakes, csrOf, csrUpload, KeyPlace } from '../renew/csr-pages.ts';
import { keyKindsFor } from '../renew/key-kinds.ts';
import type { WordKey } from '../text/words.ts';

const byToken = z.object({ token: z.string().regex(/^[\w-]{43}$/) });

const words: Readonly<Record<Succession['state'], readonly [title: WordKey, lead: WordKey]>> = {
  issued: ['newCertificate.titleIssued', 'newCertificate.leadIssued'], asked: ['newCertificate.titleAsked', 'newCertificate.leadAsked'],
  requested: ['newCertificate.titleRequested', 'newCertificate.leadRequested'], over: ['newCertificate.titleOver', 'newCertificate.leadOver'],
};

const evenHex = (serial: bigint): string => serial.toString(16).replace(/^(?=(?:..)*.$)/, '0');

async function show({ services, params: { token }, t }: PageCall<{ token: string }>, form: Form): Promise<Html> {
  const { state, reorganisation, endsAt } = await getSuccession(services, token);
  const chain = state === 'issued' ? parsePem(await fetchNewCertificate(services, token)).map(({ der }) => der) : [];
  const own = chain[0] && parseCertificate(chain[0]);
  const [title, lead] = words[state];
  return html('new-certificate/new-certificate.njk', {
    form, token, state, endsAt, title: t(title), lead: t(lead, { reorganisation }), holder: chain[0] && holderName(chain[0]), certificate: own,
    keyHash: own ? Buffer.from(spkiHash(own.publicKey)).toString('hex') : '', chain: chain.map((der) => Buffer.from(der).toString('base64')).join(' '),
    serialHex: own && evenHex(own.serialNumber), confirm: t('newCertificate.send'), keyKinds: await keyKindsFor(services, 'official-signing'),
  });
}

/** Where the mails after a reorganisation lead: to the new certificate, or to the request for one with a new key. */
export const newCertificatePages = [
  page({ method: 'get', path: '/changed-certificate/:token', allow: 'anyone', params: byToken, handle: async (call) => show(call, emptyForm) }),
  page({
    method: 'post', path: '/changed-certificate/:token', allow: 'anyone', params: byToken, upload: csrUpload, body: KeyPlace, secret: ['csr'],
    again: show, mistakes: { ...csrMistakes, 'state-changed': { word: 'newCertificate.alreadySent' } },
    handle: async (call) => {
      await askNewCertificate(call.services, call.params.token, csrOf(call));
      return redirect(`/changed-certificate/${call.params.token}`);
    },
  }),
  page({
    method: 'get', path: '/changed-certificate/:token/file/pem', allow: 'anyone', params: byToken,
    handle: async ({ services, params: { token } }) => file(Buffer.from(await fetchNewCertificate(services, token), 'latin1'), 'application/pem-certificate-chain', 'certificate.pem'),
  }),
];
