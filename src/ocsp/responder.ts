import type { Knex } from 'knex';
import { systemActor } from '../access/actors.ts';
import { requireIssuer, type Issuer } from '../certificates/issuer.ts';
import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { certifyOwnKey } from '../own-keys/certify.ts';
import type { Actor, KeySpec, Services } from '../services.ts';
import { findResponder, insertResponder, listWithoutResponder } from './store.ts';

/** RFC 6960 §4.2.2.2: the certificate by which a CA's key lets another key answer for it, and that key. */
export interface Responder { keyId: string; certificate: Certificate }

/** Short enough to make revoking one needless (RFC 6960 §4.2.2.2.1), renewed when a third of it is left. */
const responderDays = 60;
const renewDaysBefore = 20;
/** How long a node goes on with the responder it knows before it looks for a newer one. */
const keepMs = 60_000;
const dayMs = 86_400_000;

const known = new WeakMap<Knex, Map<string, { responder: Responder; until: number }>>();

/** The responder of a generation; undefined if there is none in force. */
export async function responderOf({ db, now }: Pick<Services, 'db' | 'now'>, generationId: string): Promise<Responder | undefined> {
  let responders = known.get(db);
  if (!responders) known.set(db, responders = new Map());
  const at = now();
  const kept = responders.get(generationId);
  if (kept && at.getTime() < kept.until && kept.responder.certificate.notAfter > at) return kept.responder;
  const row = await findResponder(db, generationId, at);
  if (!row) return undefined;
  const responder = { keyId: row.keyId, certificate: parseCertificate(row.der) };
  responders.set(generationId, { responder, until: at.getTime() + keepMs });
  return responder;
}

/** Makes a key and a certificate for answering in the name of a generation. */
export async function issueResponder(services: Services, actor: Actor, generationId: string): Promise<void> {
  const issuer = await requireIssuer(services, generationId);
  await certifyOwnKey(services, actor, {
    issuer, profile: 'ocsp-responder', key: keyLike(issuer), days: responderDays, commonName: () => `OCSP ${issuer.label}`,
    keep: (tx, made) => insertResponder(tx, { ...made, generationId, createdAt: services.now() }),
  });
}

/** Gives every generation a responder certificate in good time before the last one ends. */
export async function renewResponders(services: Services): Promise<number> {
  const now = services.now();
  const due = await listWithoutResponder(services.db, new Date(now.getTime() + renewDaysBefore * dayMs), now);
  let renewed = 0;
  for (const generationId of due) {
    try {
      await issueResponder(services, systemActor('renew-ocsp-responders'), generationId);
      renewed++;
    } catch (error) {
      services.log.error({ err: error, generationId }, 'an OCSP responder certificate could not be renewed');
    }
  }
  return renewed;
}

/** Of the kind of the CA's own key, so that whoever checks the CA's signature can check the answer's; P-256 for the slow ones. */
function keyLike({ certificate: { publicKey } }: Issuer): KeySpec {
  switch (publicKey.type) {
    case 'ed25519':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return { type: publicKey.type };
    case 'rsa':
      return { type: 'rsa', bits: 2048 };
    default:
      return { type: 'ec', curve: 'P-256' };
  }
}
