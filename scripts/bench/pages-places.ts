import { randomBytes, randomUUID } from 'node:crypto';
import { sha256Fingerprint } from '../../pki/certificate/fingerprint.ts';
import { toPem } from '../../pki/keys/pem.ts';
import { actorOf } from '../../src/access/authenticate.ts';
import { addOperator } from '../../src/access/operators.ts';
import { reportKinds } from '../../src/reports/catalogue.ts';
import { hashOfToken } from '../../src/reorganisation/run.ts';
import { submitRequest } from '../../src/requests/submit.ts';
import { makeSignInLink } from '../../src/sign-in/make-link.ts';
import type { Services } from '../../src/services.ts';
import { proposeTrustList } from '../../src/trust-lists/propose.ts';
import { proposeTrustAnchor } from '../../src/trust-anchors/propose.ts';
import { verifyDocument } from '../../src/verification/verify.ts';
import { makeHolder } from '../../test/pki/certificates.ts';
import { signedTrustList } from '../../test/trust-list.ts';
import { makeResultPdf } from '../make-result-pdf.ts';
import { makeEntity } from '../make-chain.ts';
import { makeCertificates, makeCsr, makeOfficials } from '../make-data.ts';
import { benchActor } from './run.ts';

/** Stands for the visitor's own. */
export const ownCertificate = ':own';

/** Where each page is opened, and who and what it is about. */
export interface Places {
  officialId: string;
  provincePath: string;
  /** Path and query for a page's path, several where there is something to choose; none: nobody knows one. */
  addressesOf: (path: string) => readonly string[];
}

const certificateAddresses = (id: string): Readonly<Record<string, readonly string[]>> => ({
  '/certificates/:id': [`/certificates/${id}`], '/certificates/:id/revoke': [`/certificates/${id}/revoke`],
  '/my-certificate/:id': [`/my-certificate/${id}`], '/my-certificate/:id/revoke': [`/my-certificate/${id}/revoke`], '/renew/:id': [`/renew/${id}`],
  '/ask/:kind': ['/ask/issue', `/ask/change?certificate=${id}`, `/ask/renew?certificate=${id}`],
});

const requestAddresses = (id: string): Readonly<Record<string, readonly string[]>> => ({
  '/work-list/:id': [`/work-list/${id}`], '/asked/:id': [`/asked/${id}`], '/asked/:id/papers': [`/asked/${id}/papers`], '/asked/:id/form': [`/asked/${id}/form`],
});

/** What people narrow lists down to: a name as it is typed in haste, a rare one, an agency with all below it, what presses. */
const lists: Readonly<Record<string, readonly string[]>> = {
  '/work-list': ['', '?q=nguyen', '?q=dang+hong+vy', '?q=khong+co', '?agency=H05', '?agency=H05.7', '?late=true', '?urgent=true', '?step=ended', '?step=ended&q=nguyen', '?step=ended&q=dang+hong+vy', '?step=ended&agency=H05.7',
    '?step=ended&agency=H05', '?step=ended&kind=change', '?step=confirm', '?step=confirm&urgent=true', '?step=returned&late=true'].map((query) => `/work-list${query}`),
  '/search': ['', '?q=ng', '?q=nguyen', '?q=dang+hong+vy', '?q=khong+co', '?q=so+noi+vu', '?q=0a1b2c3d'].map((query) => `/search${query}`),
  '/jobs': ['/jobs', '/jobs?show=all'],
  '/audit': ['', '?action=certificate.revoked', '?action=request.refused', '?action=nothing.happened', '?subjectType=request', '?from=01%2F01%2F2026&until=02%2F01%2F2026', '?requestId=nobody', '?actorId=nobody'].map((query) => `/audit${query}`),
  '/dashboard': ['/dashboard', '/dashboard?agency=H05', '/dashboard?agency=H05.7'],
  '/reports/:name': reportKinds.map(({ name }) => `/reports/${name}`),
  '/people': ['', '?q=nguyen', '?q=dang+hong+vy', '?q=khong+co', '?agency=H05', '?agency=H05.7', '?days=30', '?state=without', '?state=left', '?state=all&q=tran'].map((query) => `/people${query}`),
};

/**
 * Makes one of everything that pages are about, by the service's own path.
 * @param fill  called when there is a certificate to copy
 */
export async function makePlaces(services: Services, fill: () => Promise<void>): Promise<Places> {
  const { db } = services;
  const province = (await db('agencies').where({ code: 'H05' }).first('id', 'path')) as { id: string; path: string };
  const agencies = [{ ...province, levels: [{ certificateName: 'Ủy ban nhân dân tỉnh Bắc Ninh', locality: 'Bắc Ninh' }] }];
  const [holder] = await makeOfficials(services, agencies, 1);
  await makeCertificates(services, benchActor, [holder!], agencies);
  await fill();
  const { id: certificateId, serialNumber } = (await db('certificates').where({ officialId: holder!.id }).first('id', 'serialNumber')) as { id: string; serialNumber: Buffer };
  const registrar = await db.transaction((tx) => addOperator(tx, benchActor, { name: 'Người đăng ký', kind: 'person', roles: ['registrar'], agencyPath: province.path }, services.now()));
  const request = await submitRequest(services, actorOf(registrar, randomUUID()), { kind: 'issue', profile: 'official-signing', officialId: holder!.id, csr: await makeCsr(holder!.name) });
  const verification = await verifyDocument(services, benchActor, { name: 'ket-qua.pdf', file: await makeResultPdf({ date: services.now() }) });
  const { der } = makeEntity({ subject: 'Bench anchor', ca: true }).certificate;
  const anchor = await proposeTrustAnchor(services, benchActor, { certificate: toPem('CERTIFICATE', der), fingerprint: sha256Fingerprint(der), label: 'Bench anchor', domain: 'NEAC', scope: 'any' });
  const { url: link } = await db.transaction((tx) => makeSignInLink(services, tx, benchActor, { subject: { kind: 'official', id: holder!.id }, method: 'link' }));
  const reorganised = (await db('reorganisations').first('id')) as { id: string };
  // of the registrar's province, so that both visitors may see them
  const jobIn = async (state: string): Promise<string> => ((await db('bulk_jobs').join('agencies', 'agencies.id', 'bulk_jobs.agencyId')
    .where({ state }).whereNot('file_name', '').whereRaw('agencies.path <@ ?::ltree', [province.path]).first('bulk_jobs.id')) as { id: string }).id;
  const jobs = [await jobIn('checked'), await jobIn('finished')];
  const publisher = await makeHolder({ profile: 'root-ca', name: 'Bench publisher' });
  const xml = Buffer.from(await signedTrustList({ services: [{ certificate: makeEntity({ subject: 'Bench public CA', ca: true }).certificate }] }, publisher));
  const { list } = await proposeTrustList(services, benchActor, { xml, domain: 'NEAC', signerFingerprint: sha256Fingerprint(publisher.certificate.der) });
  const own = await db.transaction(async (tx) => {
    const token = randomBytes(32).toString('base64url');
    const reorganisation = (await tx('reorganisations').first('id')) as { id: string };
    await tx('successions').insert({ certificateId, reorganisationId: reorganisation.id, tokenHash: hashOfToken(token), endsAt: new Date(services.now().getTime() + 90 * 86_400_000) });
    return token;
  });
  const addresses: Readonly<Record<string, readonly string[]>> = {
    ...lists, ...certificateAddresses(certificateId), ...requestAddresses(request.id),
    '/trust-anchors/:id': [`/trust-anchors/${anchor.id}`], '/sign-in/link': [link.slice(services.config.publicUrl.length)], '/reorganisations/:id': [`/reorganisations/${reorganised.id}`], '/jobs/:id': jobs.map((id) => `/jobs/${id}`), '/trust-anchors/lists/:id': [`/trust-anchors/lists/${list.id}`], '/account/certificates/:id': [`/account/certificates/${ownCertificate}`], '/officials/:id': [`/officials/${holder!.id}`], '/agencies/:id': [`/agencies/${province.id}`],
    '/audit/:number': ['/audit/1'], '/operators/:id': [`/operators/${registrar.id}`],
    '/status': ['/status', `/status?serial=${serialNumber.toString('hex')}`],
    '/receipts/:id': [`/receipts/${verification.id}`], '/people/:id': [`/people/${holder!.id}`], '/people/:id/check': [`/people/${holder!.id}/check`],
    '/authorities/:label': ['/authorities/bench-ca-g1'], '/my-requests/:id': [`/my-requests/${request.id}`], '/changed-certificate/:token': [`/changed-certificate/${own}`],
  };
  return { officialId: holder!.id, provincePath: province.path, addressesOf: (path) => addresses[path] ?? (path.includes(':') ? [] : [path]) };
}
