import { z } from 'zod';
import { oids } from '../../../pki/asn1/oids.ts';
import type { Certificate } from '../../../pki/certificate/parse.ts';
import { listAuthorities, type GenerationItem } from '../../authorities/list.ts';
import { latestCrls } from '../../crl/find.ts';
import { findIssuer } from '../../certificates/issuer.ts';
import { Problem } from '../../problems.ts';
import type { Services } from '../../services.ts';
import { html, page } from '../frame/page.ts';
import type { Translate, WordKey } from '../text/words.ts';

const label = z.object({ label: z.string().regex(/^[a-z][a-z0-9-]{1,50}$/) });

interface State { tag: 'good' | 'wait' | 'bad' | 'off'; word: WordKey }

function stateOf({ state, notAfter, retiredAt }: GenerationItem, at: Date): State {
  if (state === 'revoked') return { tag: 'bad', word: 'authorities.stateRevoked' };
  if (state !== 'issued') return { tag: 'wait', word: 'authorities.statePrepared' };
  if (notAfter < at) return { tag: 'off', word: 'authorities.stateExpired' };
  return retiredAt ? { tag: 'off', word: 'authorities.stateRetired' } : { tag: 'good', word: 'authorities.stateIssuing' };
}

interface ShownGeneration extends GenerationItem { name: string; kind: string; tag: State['tag']; stateText: string }

/** The generations of all authorities, roots first, each as the pages show it. */
async function listShown(services: Services, t: Translate): Promise<ShownGeneration[]> {
  const authorities = (await listAuthorities(services)).toSorted((a, b) => Number(a.kind === 'issuing') - Number(b.kind === 'issuing'));
  return authorities.flatMap(({ name, kind, generations }) => generations.map((generation) => {
    const { tag, word } = stateOf(generation, services.now());
    return { ...generation, name, kind: t(kind === 'root' ? 'authorities.kindRoot' : 'authorities.kindIssuing'), tag, stateText: t(word) };
  }));
}

/** @throws Problem `not-found` also while the certificate is not signed yet */
async function requireShown(services: Services, t: Translate, asked: string): Promise<{ authority: ShownGeneration; certificate: Certificate }> {
  const authority = (await listShown(services, t)).find((one) => one.label === asked);
  const issuer = authority && await findIssuer(services, authority.id);
  if (!issuer) throw new Problem('not-found', { authority: asked });
  return { authority, certificate: issuer.certificate };
}

/** The authorities for anyone: certificates, fingerprints, lists and addresses. */
export const authorityPages = [
  page({
    method: 'get', path: '/authorities', allow: 'anyone',
    handle: async ({ services, actor, t }) => html('authorities/list.njk', { generations: await listShown(services, t), mayKeep: actor.permissions.has('authority:read') }),
  }),
  page({
    method: 'get', path: '/authorities/:label', allow: 'anyone', params: label,
    handle: async ({ services, t, params }) => {
      const { authority, certificate } = await requireShown(services, t, params.label);
      const crl = (await latestCrls(services)).get(authority.id);
      const policies = certificate.certificatePolicies?.map(({ oid }) => (oid === oids.anyPolicy ? t('authorities.anyPolicy', { oid }) : oid)) ?? [];
      return html('authorities/authority.njk', { authority, policies, crl: crl && { ...crl, isFresh: crl.nextUpdate > services.now() } });
    },
  }),
];
