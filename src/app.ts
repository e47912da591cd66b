import type { RequestListener } from 'node:http';
import { authenticate } from './access/authenticate.ts';
import { accessRoutes } from './access/routes.ts';
import { agencyRoutes } from './agencies/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { auditTasks } from './audit/seal.ts';
import { auditVerificationTasks } from './audit-verifications/run.ts';
import { bulkRoutes } from './bulk/routes.ts';
import { bulkTasks } from './bulk/tasks.ts';
import { authorityRoutes } from './authorities/routes.ts';
import { createCaHandler } from './authorities/serve.ts';
import { certificateRoutes } from './certificates/routes.ts';
import { certificateTasks } from './certificates/tasks.ts';
import { createCrlHandler } from './crl/serve.ts';
import { crlTasks } from './crl/tasks.ts';
import { evidenceRoutes } from './evidence/routes.ts';
import { evidenceTasks } from './evidence/tasks.ts';
import { eventRoutes } from './events/routes.ts';
import { eventTasks } from './events/tasks.ts';
import { expiryRoutes } from './expiries/routes.ts';
import { expiryTasks } from './expiries/tasks.ts';
import { deviceRoutes } from './devices/routes.ts';
import type { Endpoint } from './http/endpoint.ts';
import type { ReadyCheck } from './http/health.ts';
import { createListener, type HotRoute } from './http/listener.ts';
import type { Metrics } from './http/metrics.ts';
import type { JobTask } from './jobs/task.ts';
import { createOcspHandler } from './ocsp/serve.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { notificationTasks } from './notifications/send.ts';
import { idempotencyTasks } from './idempotency/tasks.ts';
import { ocspTasks } from './ocsp/tasks.ts';
import { officialRoutes } from './officials/routes.ts';
import { officialTasks } from './officials/tasks.ts';
import { policyRoutes } from './policies/routes.ts';
import { profileRoutes } from './profiles/routes.ts';
import { rateTasks } from './rates/tasks.ts';
import { requestRoutes } from './requests/routes.ts';
import { deadlineTasks } from './deadlines/tasks.ts';
import { answerCounter } from './load/count.ts';
import { leaverRoutes } from './leavers/routes.ts';
import { revocationRoutes } from './revocations/routes.ts';
import { revocationTasks } from './revocations/tasks.ts';
import { workbookRoutes } from './workbook/routes.ts';
import { formRoutes } from './forms/routes.ts';
import { paperRoutes } from './papers/routes.ts';
import { receiptTasks } from './receipts/tasks.ts';
import { reorganisationRoutes } from './reorganisation/routes.ts';
import { reorganisationTasks } from './reorganisation/tasks.ts';
import { reportRoutes } from './reports/routes.ts';
import { factTasks } from './facts/tasks.ts';
import type { Services } from './services.ts';
import { createTimestampHandler } from './timestamp/serve.ts';
import { timestampTasks } from './timestamp/tasks.ts';
import { trustAnchorRoutes } from './trust-anchors/routes.ts';
import { trustListRoutes } from './trust-lists/routes.ts';
import { trustListTasks } from './trust-lists/tasks.ts';
import { verificationRoutes } from './verification/routes.ts';
import { verificationBatchRoutes } from './verification-batches/routes.ts';
import { verificationBatchTasks } from './verification-batches/tasks.ts';
import { sessionTasks } from './sessions/tasks.ts';
import { signInTasks } from './sign-in/tasks.ts';
import { oidcTasks } from './oidc/tasks.ts';
import { keyProofTasks } from './key-proof/tasks.ts';
import { passkeyTasks } from './passkeys/tasks.ts';
import { clientCertificateTasks } from './client-certificates/tasks.ts';
import { createAssetHandler } from './web/frame/assets.ts';
import { mountPages } from './web/frame/mount.ts';
import { pages } from './web/routes.ts';

/** Every endpoint of every noun: read this list to know each address there is. */
export const endpoints: readonly Endpoint[] = [
  ...accessRoutes, ...auditRoutes, ...policyRoutes, ...notificationRoutes, ...eventRoutes, ...expiryRoutes, ...agencyRoutes, ...officialRoutes, ...deviceRoutes, ...authorityRoutes, ...certificateRoutes, ...profileRoutes,
  ...trustAnchorRoutes, ...trustListRoutes, ...evidenceRoutes, ...verificationBatchRoutes, ...verificationRoutes, ...bulkRoutes, ...workbookRoutes, ...requestRoutes, ...reorganisationRoutes, ...paperRoutes, ...formRoutes, ...reportRoutes, ...revocationRoutes, ...leaverRoutes,
];

/** Every background job of every noun. */
export const tasks: readonly JobTask[] = [
  ...auditTasks, ...auditVerificationTasks, ...rateTasks, ...officialTasks, ...notificationTasks, ...eventTasks, ...expiryTasks, ...certificateTasks, ...crlTasks, ...ocspTasks, ...timestampTasks, ...receiptTasks, ...evidenceTasks, ...trustListTasks, ...idempotencyTasks, ...verificationBatchTasks, ...revocationTasks, ...deadlineTasks, ...bulkTasks, ...reorganisationTasks, ...factTasks, ...sessionTasks, ...signInTasks, ...keyProofTasks, ...oidcTasks, ...passkeyTasks, ...clientCertificateTasks,
];

/** The protocols that skip Express, for their speed: plain functions of request and response. */
export function hotRoutes(services: Services): readonly HotRoute[] {
  return [
    { prefix: '/ocsp', handle: createOcspHandler(services) },
    { prefix: '/crl/', handle: createCrlHandler(services) },
    { prefix: '/ca/', handle: createCaHandler(services) },
    { prefix: '/tsa', handle: createTimestampHandler(services) },
    { prefix: '/assets/', handle: createAssetHandler() },
  ];
}

/** The service's HTTP side. */
export function createApp(services: Services, options: { checks?: readonly ReadyCheck[]; metrics?: Metrics } = {}): RequestListener {
  const { metrics } = options;
  if (metrics) answerCounter(services).tell(({ service, answer, answers }) => metrics.answered(service, answer, answers));
  return createListener(services, {
    ...options, endpoints, hot: hotRoutes(services), pages: (app) => mountPages(app, pages, services),
    whoIs: (authorization, requestId) => authenticate(services, authorization, requestId),
  });
}
