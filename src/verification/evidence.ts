import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { parseOcspResponse } from '../../pki/ocsp/response.ts';
import { tolerate, type EvidenceBytes } from '../../pki/validation/evidence.ts';
import type { Wanted } from '../../pki/validation/report.ts';
import { latestCrlFor } from '../crl/find.ts';
import { ocspEvidenceFor } from '../ocsp/answer.ts';
import type { Services } from '../services.ts';
import { findIssuerCertificates, findSignerCertificates } from './store.ts';

/** Where evidence may come from, asked in order. Each returns what it has; nothing is no error. */
export type EvidenceSource = (services: Services, wanted: Wanted) => Promise<EvidenceBytes>;

const maxIssuers = 50;

/** Our own store: CA certificates, certificates we issued, and their status of this very second. */
const ownStore: EvidenceSource = async (services, wanted) => {
  switch (wanted.kind) {
    case 'issuer':
      return { ...nothing, certificates: await findIssuerCertificates(services.db, wanted.issuer, wanted.authorityKeyIdentifier, maxIssuers) };
    case 'signing-certificate': {
      if (!wanted.issuer || !wanted.serialNumber) return nothing;
      return { ...nothing, certificates: await findSignerCertificates(services.db, wanted.issuer, Buffer.from(wanted.serialNumber, 'hex')) };
    }
    case 'status': {
      const [certificate, issuer] = [wanted.certificate, wanted.issuer].map((der) => tolerate(() => parseCertificate(der)));
      return certificate && issuer ? ownStatus(services, certificate, issuer) : nothing;
    }
  }
};

async function ownStatus(services: Services, certificate: Certificate, issuer: Certificate): Promise<EvidenceBytes> {
  const answer = await ocspEvidenceFor(services, certificate);
  const isGood = answer && tolerate(() => parseOcspResponse(answer).responses[0]?.status.status === 'good');
  if (isGood) return { ...nothing, ocspResponses: [answer] };
  // no answer, or a revocation: the CRL says it too, and it alone carries an invalidity date
  const crl = await latestCrlFor(services, issuer);
  return { certificates: [], ocspResponses: answer ? [answer] : [], crls: crl ? [crl] : [] };
}

/** In this order: what we know ourselves, then the network (issue 5/5 adds it here). */
const sources: readonly EvidenceSource[] = [ownStore];

const nothing: EvidenceBytes = { certificates: [], crls: [], ocspResponses: [] };

/** All evidence found for what a verdict lacked. */
export async function fetchEvidence(services: Services, wanted: readonly Wanted[]): Promise<EvidenceBytes> {
  const found = await Promise.all(sources.flatMap((source) => wanted.map((each) => source(services, each))));
  return {
    certificates: found.flatMap(({ certificates }) => certificates),
    crls: found.flatMap(({ crls }) => crls),
    ocspResponses: found.flatMap(({ ocspResponses }) => ocspResponses),
  };
}
