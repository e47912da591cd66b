import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { parseOcspResponse } from '../../pki/ocsp/response.ts';
import { noEvidence, type EvidenceBytes } from '../../pki/validation/evidence.ts';
import { tolerate } from '../../pki/error.ts';
import type { Wanted } from '../../pki/validation/report.ts';
import { keyOf } from '../../pki/validation/validation-context.ts';
import { latestCrlFor } from '../crl/find.ts';
import { ocspEvidenceFor } from '../ocsp/answer.ts';
import type { Services } from '../services.ts';
import { askNetwork, NetworkBudget, type Attempt } from './network.ts';
import { findIssuerCertificates, findSignerCertificates } from './store.ts';

const maxIssuers = 50;

/**
 * Finds evidence for one verification: in our own store first, which knows this very second, then in the network within one
 * budget. Remembers what was found, and where nothing was.
 */
export class Gathering {
  readonly found: EvidenceBytes[] = [];
  readonly #attempts = new Map<string, Attempt[]>();
  readonly #services: Services;
  readonly #budget = new NetworkBudget();

  constructor(services: Services) {
    this.#services = services;
  }

  /** All that can be had of these. */
  async gather(wanted: readonly Wanted[]): Promise<EvidenceBytes> {
    const found = joined(await Promise.all(wanted.map((each) => this.#find(each))));
    this.found.push(found);
    return found;
  }

  /** Where a thing was asked for in vain. */
  attemptsFor(wanted: Wanted): readonly Attempt[] {
    return this.#attempts.get(keyOf(wanted)) ?? [];
  }

  async #find(wanted: Wanted): Promise<EvidenceBytes> {
    const own = await ownStore(this.#services, wanted);
    if (wanted.kind === 'issuer' ? holdsIssuer(own, wanted.issuer) : own !== noEvidence) return own;
    const { found, attempts } = await askNetwork(this.#services, wanted, this.#budget);
    this.#attempts.set(keyOf(wanted), attempts);
    return joined([own, found]);
  }
}

/** Our own store: CA certificates, certificates we issued, and their status of this very second. */
async function ownStore(services: Services, wanted: Wanted): Promise<EvidenceBytes> {
  switch (wanted.kind) {
    case 'issuer':
      return { ...noEvidence, certificates: await findIssuerCertificates(services.db, wanted.issuer, wanted.authorityKeyIdentifier, maxIssuers) };
    case 'signing-certificate': {
      if (!wanted.issuer || !wanted.serialNumber) return noEvidence;
      return { ...noEvidence, certificates: await findSignerCertificates(services.db, wanted.issuer, Buffer.from(wanted.serialNumber, 'hex')) };
    }
    case 'status': {
      const [certificate, issuer] = [wanted.certificate, wanted.issuer].map((der) => tolerate(() => parseCertificate(der)));
      return certificate && issuer ? ownStatus(services, certificate, issuer) : noEvidence;
    }
  }
}

/** Ours come with the best fit first; where that is another's name, the network may know the issuer. */
function holdsIssuer({ certificates: [first] }: EvidenceBytes, issuer: Uint8Array): boolean {
  const certificate = first && tolerate(() => parseCertificate(first));
  return certificate !== undefined && Buffer.compare(certificate.subject.der, issuer) === 0;
}

async function ownStatus(services: Services, certificate: Certificate, issuer: Certificate): Promise<EvidenceBytes> {
  const answer = await ocspEvidenceFor(services, certificate);
  const isGood = answer && tolerate(() => parseOcspResponse(answer).responses[0]?.status.status === 'good');
  if (isGood) return { ...noEvidence, ocspResponses: [answer] };
  // no answer, or a revocation: the CRL says it too, and it alone carries an invalidity date
  const crl = await latestCrlFor(services, issuer);
  if (!answer && !crl) return noEvidence;
  return { certificates: [], ocspResponses: answer ? [answer] : [], crls: crl ? [crl] : [] };
}

function joined(parts: readonly EvidenceBytes[]): EvidenceBytes {
  return {
    certificates: parts.flatMap(({ certificates }) => certificates),
    crls: parts.flatMap(({ crls }) => crls),
    ocspResponses: parts.flatMap(({ ocspResponses }) => ocspResponses),
  };
}
