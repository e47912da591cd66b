import { randomBytes, randomUUID } from 'node:crypto';
import { findAgencyByCode } from '../../../src/agencies/find.ts';
import { askTransfer } from '../../../src/officials/transfer.ts';
import { hashOfToken } from '../../../src/reorganisation/run.ts';
import { checkBulkJob } from '../../../src/bulk/check.ts';
import { createBulkJob } from '../../../src/bulk/create.ts';
import { countNew } from '../../../src/facts/count.ts';
import { mayOpen, type Page } from '../../../src/web/frame/page.ts';
import type { Actor, Role } from '../../../src/services.ts';
import { findSession } from '../../../src/sessions/find.ts';
import { planReorganisation } from '../../../src/reorganisation/plan.ts';
import { roles } from '../../../src/services.ts';
import { makeSignInLink } from '../../../src/sign-in/make-link.ts';
import { makeResultPdf } from '../../../scripts/make-result-pdf.ts';
import { verifyDocument } from '../../../src/verification/verify.ts';
import { stopVerificationWorkers } from '../../../src/verification/workers.ts';
import { testActor } from '../../authorities.ts';
import { actorFor, atEnd, type TestServices } from '../../database.ts';
import { issueRows, jsonLines } from '../bulk/files.ts';
import { certificateOf } from '../client-certificates/people.ts';
import { decideAll, requestWorld, submitted, type RequestWorld } from '../requests/people.ts';
import { keptSamples, keptThings, type Kept } from './kept.ts';
import { signedInAs, signIn } from './people.ts';

/** Everybody who can be signed in, and nobody. */
export const visitors = ['nobody', 'official', 'enrolling', ...roles] as const;
export type VisitorName = (typeof visitors)[number];

/** A service with something on every page, and a session for everybody. */
export interface WebWorld extends RequestWorld, Kept {
  /** The official who holds the certificate. */
  officialId: string;
  certificateId: string;
  requestId: string;
  /** A plan that waits for its approvals. */
  planId: string;
  /** An answer of the verifier, about a document that nobody signed. */
  verificationId: string;
  /** A file that was looked at and waits for its approvals: one line is ready, one refused. */
  jobId: string;
  /** Path and query of a one-time link that nobody has used. */
  signInLink: string;
  /** A certificate that whoever is enrolling signs in with. */
  operatorCertificateId: string;
  /** A person of H05 whom H49 asks for. */
  transferId: string;
  /** Of the mail that asks for a new certificate after a reorganisation. */
  successionToken: string;
  /** The cookie's token; nobody has none. */
  tokenOf: ReadonlyMap<VisitorName, string | undefined>;
  actorOf: ReadonlyMap<VisitorName, Actor | undefined>;
}

export async function webWorld(): Promise<WebWorld> {
  const world = await requestWorld();
  const { services } = world;
  const request = await submitted(world);
  const { newCertificateId } = await decideAll(world, request.id);
  const tokenOf = new Map<VisitorName, string | undefined>([['nobody', undefined]]);
  tokenOf.set('official', await signIn(services, { kind: 'official', id: request.officialId! }));
  for (const role of roles) tokenOf.set(role, await signedInAs(services, role, role === 'registrar' ? 'H05' : undefined));
  const { token: enrollingToken, operatorCertificateId } = await enrolling(services);
  tokenOf.set('enrolling', enrollingToken);
  const actorOf = new Map<VisitorName, Actor | undefined>();
  for (const [name, token] of tokenOf) actorOf.set(name, token === undefined ? undefined : (await findSession(services, token, randomUUID()))?.actor);
  const { url } = await services.db.transaction((tx) => makeSignInLink(services, tx, testActor, { subject: { kind: 'official', id: request.officialId! }, method: 'link' }));
  const signInLink = url.slice(services.config.publicUrl.length);
  const successionToken = await succession(services, newCertificateId!);
  const { id: verificationId } = await verifyDocument(services, testActor, { name: 'ket-qua.pdf', file: await makeResultPdf({ date: services.now() }) });
  atEnd(stopVerificationWorkers);
  const { id: planId } = await planReorganisation(services, world.people.examiner, { title: 'Đổi tên tỉnh', legalBasis: 'Nghị quyết 1', actions: [{ type: 'rename', agency: 'H57', name: 'Ủy ban nhân dân tỉnh Mới' }] });
  const transferId = await waitingTransfer(world);
  const kept = await keptThings(services);
  await countNew(services);
  return { ...world, ...kept, planId, transferId, operatorCertificateId, jobId: await checkedJob(world), verificationId, signInLink, successionToken, officialId: request.officialId!, certificateId: newCertificateId!, requestId: request.id, tokenOf, actorOf };
}

/** A link to a new certificate; the plan behind it is left out, for no page shows more of it than its title. */
async function succession(services: TestServices, certificateId: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await services.db.transaction(async (tx) => {
    await tx.raw('set local session_replication_role = replica');
    const id = randomUUID();
    await tx('reorganisations').insert({ id, bulkId: randomUUID(), title: 'Sáp nhập hai xã', legalBasis: 'thử', actions: '[]', overlapDays: 90, sameKey: false, createdAt: services.now() });
    await tx('successions').insert({ certificateId, reorganisationId: id, tokenHash: hashOfToken(token), endsAt: new Date(services.now().getTime() + 90 * 86_400_000) });
  });
  return token;
}

async function waitingTransfer({ services, newOfficial }: RequestWorld): Promise<string> {
  const nationalId = '027085000777';
  await newOfficial({ name: 'Vũ Thị Hạnh', nationalId, birthDate: '1985-03-02' });
  const receiving = await actorFor(services, 'registrar', 'H49');
  const { id: toAgencyId } = await findAgencyByCode(services.db, 'H49');
  return (await askTransfer(services, receiving, { nationalId, toAgencyId, position: 'Phó trưởng phòng', email: 'hanh.vt@quangninh.gov.vn', note: 'Quyết định 12/QĐ-UBND ngày 01/03/2026' })).id;
}

async function checkedJob(world: RequestWorld): Promise<string> {
  const { services, people: { registrar }, agencyId } = world;
  const { rows } = await issueRows(world, 1);
  const { id } = await createBulkJob(services, registrar, { operation: 'issue', agencyId, fileName: 'danh-sach-cap-moi.jsonl', bytes: jsonLines([...rows, { email: 'khong-co@bacninh.gov.vn' }]) });
  await checkBulkJob(services, id);
  return id;
}

async function enrolling(services: TestServices): Promise<{ token: string; operatorCertificateId: string }> {
  await signedInAs(services, 'operator' satisfies Role);
  const { id } = (await services.db('operators').where('name', 'Người thử operator').orderBy('createdAt', 'desc').first('id')) as { id: string };
  const { id: operatorCertificateId } = await certificateOf(services, { id });
  return { token: await signIn(services, { kind: 'operator', id }, 'enrolment'), operatorCertificateId };
}

/** Addresses of pages whose path has a parameter, or that show nothing without a query; every such page needs its row. */
const samples: Readonly<Record<string, (world: WebWorld) => string>> = {
  ...keptSamples,
  '/account/certificates/:id': ({ operatorCertificateId }) => `/account/certificates/${operatorCertificateId}`,
  '/account/certificates/:id/file/pem': ({ operatorCertificateId }) => `/account/certificates/${operatorCertificateId}/file/pem`,
  '/sign-in/link': ({ signInLink }) => signInLink,
  '/work-list/:id/file/:paper': ({ requestId }) => `/work-list/${requestId}/file/${randomUUID()}`,
  '/work-list/:id': ({ requestId }) => `/work-list/${requestId}`,
  '/search': () => '/search?q=nguyen',
  '/agency-choices': () => '/agency-choices?q=bac%20ninh',
  '/audit/verification/:id/events': () => `/audit/verification/${randomUUID()}/events`,
  '/jobs/:id': ({ jobId }) => `/jobs/${jobId}`,
  '/jobs/:id/file/results': ({ jobId }) => `/jobs/${jobId}/file/results`,
  '/jobs/:id/events': ({ jobId }) => `/jobs/${jobId}/events`,
  '/officials/:id': ({ officialId }) => `/officials/${officialId}`,
  '/agencies/:id': ({ agencyId }) => `/agencies/${agencyId}`,
  '/certificates/:id': ({ certificateId }) => `/certificates/${certificateId}`,
  '/certificates/:id/file/:format': ({ certificateId }) => `/certificates/${certificateId}/file/pem`,
  '/certificates/:id/revoke': ({ certificateId }) => `/certificates/${certificateId}/revoke`,
  '/ask/:kind': ({ certificateId }) => `/ask/change?certificate=${certificateId}`,
  '/asked/:id': ({ requestId }) => `/asked/${requestId}`,
  '/asked/:id/papers': ({ requestId }) => `/asked/${requestId}/papers`,
  '/asked/:id/file/form': ({ requestId }) => `/asked/${requestId}/file/form`,
  '/asked/:id/form': ({ requestId }) => `/asked/${requestId}/form`,
  '/calendar/:id/withdraw': () => `/calendar/${randomUUID()}/withdraw`,
  '/reorganisations/:id': ({ planId }) => `/reorganisations/${planId}`,
  '/transfers/:id': ({ transferId }) => `/transfers/${transferId}`,
  '/people/:id': ({ officialId }) => `/people/${officialId}`,
  '/people/:id/check': ({ officialId }) => `/people/${officialId}/check`,
  '/reports/:name': () => '/reports/certificates-by-state',
  '/reports/:name/file/:format': () => '/reports/certificates-by-state/file/csv',
  '/receipts/:id': ({ verificationId }) => `/receipts/${verificationId}`,
  '/receipts/:id/file/receipt.p7m': ({ verificationId }) => `/receipts/${verificationId}/file/receipt.p7m`,
  '/authorities/:label': () => '/authorities/test-ca-g1',
  '/my-certificate/:id': ({ certificateId }) => `/my-certificate/${certificateId}`,
  '/my-certificate/:id/file/:format': ({ certificateId }) => `/my-certificate/${certificateId}/file/pem`,
  '/my-certificate/:id/revoke': ({ certificateId }) => `/my-certificate/${certificateId}/revoke`,
  '/my-requests/:id': ({ requestId }) => `/my-requests/${requestId}`,
  '/changed-certificate/:token': ({ successionToken }) => `/changed-certificate/${successionToken}`,
  '/changed-certificate/:token/file/pem': ({ successionToken }) => `/changed-certificate/${successionToken}/file/pem`,
  '/renew/:id': ({ certificateId }) => `/renew/${certificateId}`,
};

/** Where a page is opened in tests. @throws Error for a path with a parameter that has no sample */
export function sampleOf(page: Page, world: WebWorld): string {
  const sample = samples[page.path];
  if (sample) return sample(world);
  if (page.path.includes(':')) throw new Error(`test/src/web/world.ts needs a sample for ${page.path}`);
  return page.path;
}

/** Who of everybody opens a page in the browser tests: the first who may. */
export function visitorOf(page: Page, world: WebWorld): VisitorName {
  const found = visitors.find((name) => {
    const actor = world.actorOf.get(name);
    return page.allow === 'anyone' ? name === 'nobody' : actor !== undefined && mayOpen(actor, page.allow);
  });
  if (!found) throw new Error(`nobody may open ${page.path}`);
  return found;
}
