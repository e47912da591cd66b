import { randomUUID } from 'node:crypto';
import { oids } from '../../pki/asn1/oids.ts';
import type { NameParts } from '../../pki/name/build.ts';
import { nameAttribute } from '../../pki/name/parse.ts';
import { recordAudit } from '../audit/record.ts';
import { completeCertificates, prepareCertificates } from '../certificates/issue.ts';
import { issuingIssuer } from '../certificates/issuer.ts';
import type { Language } from '../http/language.ts';
import { queueMail } from '../notifications/queue.ts';
import { Problem } from '../problems.ts';
import { profilesNow, requireProfile } from '../profiles/find.ts';
import { checkCsr } from '../requests/check-csr.ts';
import { encodeSubject } from '../requests/subject.ts';
import type { Services, Tx } from '../services.ts';
import { endSessionsOf } from '../sessions/end.ts';
import type { OpenSession } from '../sessions/find.ts';
import { startSession, type Origin, type StartedSession } from '../sessions/start.ts';
import { signInProfile } from './sign-in.ts';
import { countPasskeys, findOperatorCertificate, findPerson, insertOperatorCertificate, listByOperator, lockOwner } from './store.ts';

const mostInForce = 10;

export interface CertificateEnrolment { name: string; /** PKCS#10, PEM */ csr: string; from: Origin; language: Language }

/**
 * Issues a certificate to whoever is signed in, for signing in from now on, and binds it to them in the same transaction. As with
 * passkeys nobody does so for somebody else: a session by mailed link makes the first one alone, and the owner is told. A session
 * that could only enrol ends, and a full one begins.
 * @throws Problem `certificate-enrolment-over`, `not-permitted`, `csr-malformed`, `csr-signature-invalid`, `key-too-weak`,
 *   `key-compromised`, `key-used-by-another`, `algorithm-not-allowed`, `subject-mismatch`, `profile-violation`
 */
export async function enrolCertificate(services: Services, session: OpenSession, enrolment: CertificateEnrolment): Promise<{ id: string; session: StartedSession | undefined }> {
  const { actor } = session;
  if (actor.kind !== 'operator') throw new Problem('not-permitted');
  const profile = requireProfile(await profilesNow(services), signInProfile);
  const issuer = await issuingIssuer(services);
  const id = randomUUID();
  const prepared = await services.db.transaction(async (tx) => {
    await lockOwner(tx, actor.id);
    await requireOpen(services, tx, session);
    const person = await findPerson(tx, actor.id);
    if (person?.kind !== 'person') throw new Problem('not-permitted');
    const subject = subjectOf(person.name, nameAttribute(issuer.certificate.subject, oids.organizationName) ?? '');
    const { csr } = checkCsr(enrolment.csr, profile, encodeSubject(subject));
    const orders = await prepareCertificates(services, tx, actor, [{
      certificateId: id, requestId: null, generationId: issuer.generationId, profile: profile.name, subject, publicKey: csr.publicKey, days: profile.validityDays,
      holder: { agencyId: null, agencyPath: null, officialId: null }, operatorId: actor.id,
    }]);
    await insertOperatorCertificate(tx, { id, operatorId: actor.id, name: enrolment.name, createdAt: services.now(), lastUsedAt: null, releasedAt: null });
    await recordAudit(tx, actor, 'operator-certificate.enrolled', { type: 'operator', id: actor.id }, { before: null, after: { certificate: id, name: enrolment.name } });
    if (person.email) {
      const facts = { name: person.name, certificate: enrolment.name };
      await queueMail(tx, { to: person.email, template: 'operator-certificate-added', language: enrolment.language, dedupeKey: `operator-certificate-added:${id}`, facts });
    }
    return orders;
  });
  await completeCertificates(services, actor, prepared);
  return { id, session: session.method === 'enrolment' ? await fullSession(services, session, { id, from: enrolment.from }) : undefined };
}

/** A link by mail makes the first one alone; whoever has a certificate or a passkey signs in with it, or is recovered by two administrators. */
async function requireOpen({ now }: Services, tx: Tx, { method, actor }: OpenSession): Promise<void> {
  const held = (await listByOperator(tx, actor.id)).filter(({ releasedAt }) => releasedAt === null);
  const inForce = held.filter(({ state, notAfter }) => state !== 'revoked' && notAfter > now());
  if (inForce.length >= mostInForce) throw new Problem('certificate-enrolment-over');
  if (method === 'enrolment' && (held.length > 0 || (await countPasskeys(tx, actor.id)) > 0)) throw new Problem('certificate-enrolment-over');
}

/** The name as certificates can hold it: one space between words, 64 characters (RFC 5280 appendix A.1). */
function subjectOf(name: string, organisation: string): NameParts {
  const commonName = Array.from(name.normalize('NFC').replaceAll(/\s+/gu, ' ').trim()).slice(0, 64).join('').trim();
  return [['C', 'VN'], ['O', organisation], ['CN', commonName]];
}

/** The token of the session before was in use before the proof. */
async function fullSession(services: Services, { actor }: OpenSession, { id, from }: { id: string; from: Origin }): Promise<StartedSession> {
  return services.db.transaction(async (tx) => {
    await endSessionsOf(services, tx, actor, { owner: { operatorId: actor.id, officialId: null } });
    const { notAfter } = (await findOperatorCertificate(tx, id))!;
    return startSession(services, tx, { subject: { kind: 'operator', id: actor.id }, method: 'client-certificate', from, certificate: { id, notAfter } });
  });
}
