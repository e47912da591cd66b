import { accountPages } from './account/pages.ts';
import { agencyChoicePages } from './agencies/pages.ts';
import { askedPages } from './ask/asked-pages.ts';
import { askPages } from './ask/pages.ts';
import { auditPages } from './audit/pages.ts';
import { auditVerificationPages } from './audit/verification-pages.ts';
import { keepPages } from './authorities/keep-pages.ts';
import { authorityPages } from './authorities/pages.ts';
import { bulkPages } from './bulk/pages.ts';
import { calendarPages } from './calendar/pages.ts';
import { clientCertificatePages } from './client-certificates/pages.ts';
import { certificatePages } from './certificates/pages.ts';
import { revokeCertificatePages } from './certificates/revoke-pages.ts';
import { dashboardPages } from './dashboard/pages.ts';
import { explanationPages } from './explanations/pages.ts';
import { landingFor } from './frame/navigation.ts';
import { page, redirect, type Page } from './frame/page.ts';
import { jobPages } from './jobs/pages.ts';
import { keyProofPages } from './key-proof/pages.ts';
import { leaverPages } from './leavers/pages.ts';
import { myCertificatePages } from './my-certificates/pages.ts';
import { myRequestPages } from './my-requests/pages.ts';
import { newCertificatePages } from './new-certificate/pages.ts';
import { oidcPages } from './oidc/pages.ts';
import { operatorListPages } from './operators/list-pages.ts';
import { operatorPages } from './operators/operator-pages.ts';
import { passkeyPages } from './passkeys/pages.ts';
import { entryPages } from './people/entry-pages.ts';
import { peopleListPages } from './people/list-pages.ts';
import { receiptPages } from './receipts/pages.ts';
import { registerPages } from './register/pages.ts';
import { renewPages } from './renew/pages.ts';
import { reorganisationPages } from './reorganisations/pages.ts';
import { reportPages } from './reports/pages.ts';
import { revokePages } from './revoke/pages.ts';
import { searchPages } from './search/pages.ts';
import { signInPages } from './sign-in/pages.ts';
import { statusPages } from './status/pages.ts';
import { transferPages } from './transfers/pages.ts';
import { trustAnchorPages } from './trust-anchors/anchor-pages.ts';
import { trustedListPages } from './trust-anchors/list-pages.ts';
import { verifyPages } from './verify/pages.ts';
import { workListPages } from './work-list/list-pages.ts';
import { requestPages } from './work-list/request-pages.ts';

/** Every page for people: the router, the permission test and the browser tests read this list. */
export const pages: readonly Page[] = [
  // anyone
  ...verifyPages, ...receiptPages, ...explanationPages, ...statusPages, ...authorityPages, ...revokePages,
  // signing in
  ...signInPages, ...keyProofPages, ...oidcPages, ...passkeyPages, ...clientCertificatePages, ...accountPages,
  // officials
  ...myCertificatePages, ...renewPages, ...myRequestPages, ...newCertificatePages,
  // registrars
  ...peopleListPages, ...entryPages, ...askPages, ...askedPages, ...bulkPages, ...leaverPages, ...transferPages, ...calendarPages,
  // operators
  ...agencyChoicePages, ...workListPages, ...requestPages, ...searchPages, ...registerPages, ...certificatePages, ...revokeCertificatePages, ...jobPages, ...reorganisationPages,
  ...dashboardPages, ...reportPages,
  // administrators and auditors
  ...operatorListPages, ...operatorPages, ...keepPages, ...trustedListPages, ...trustAnchorPages, ...auditVerificationPages, ...auditPages,
  page({ method: 'get', path: '/welcome', allow: 'signed-in', handle: async ({ actor }) => redirect(landingFor(pages, actor)) }),
];
