import { PkiError, tolerate } from '../error.ts';
import { parseCertificate, type Certificate } from '../certificate/parse.ts';
import { sha256Fingerprint } from '../certificate/fingerprint.ts';
import { parseXml } from '../xml/parse.ts';
import { bytesOf, bytesOfBase64, childOf, childrenOf, descendantOf, elementsOf, isNamed, namespaces, tokenOf, attributeOf, type XmlElement } from '../xml/tree.ts';
import { verifyEnvelopedXml } from '../xml/verify-enveloped.ts';

/** A state of a service and since when (TS 119 612 §5.5.4, §5.5.5). */
export interface ServiceState { granted: boolean; since: Date }

/** A service that issues certificates or timestamps, as a key (§5.5). */
export interface TrustService {
  certificate: Certificate;
  /** what its key vouches for */
  scope: 'signing' | 'timestamping';
  provider: string;
  name: string;
  /** the newest first; §5.6 history behind the present state */
  states: ServiceState[];
}

/** What a trusted list says, of what counts here (ETSI TS 119 612 §5). */
export interface TrustList {
  operatorName: string;
  sequenceNumber: number;
  issuedAt: Date;
  /** undefined: the list is closed (§5.3.15) */
  nextUpdate: Date | undefined;
  /** where the list says that it is published (§5.3.16) */
  locations: string[];
  services: TrustService[];
  /** certificates of services that no reader here understands; they are left out */
  unreadable: number;
  signer: Certificate;
}

const tsl = 'http://uri.etsi.org/02231/v2#';
const scopes: Readonly<Record<string, TrustService['scope']>> = {
  'http://uri.etsi.org/TrstSvc/Svctype/CA/QC': 'signing', 'http://uri.etsi.org/TrstSvc/Svctype/CA/PKC': 'signing',
  'http://uri.etsi.org/TrstSvc/Svctype/TSA': 'timestamping', 'http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST': 'timestamping', 'http://uri.etsi.org/TrstSvc/Svctype/TSA/TSS-QC': 'timestamping',
};
/** §5.5.4 and, for states before July 2016, TS 119 612 V1.2.1 annex D. Whatever is not here is not granted. */
const grantedStates: ReadonlySet<string> = new Set([
  'granted', 'recognisedatnationallevel', 'undersupervision', 'supervisionincessation', 'accredited', 'setbynationallaw',
].map((state) => `http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/${state}`));

/** The European list of all lists and the longest national ones together stay below. */
const limits = { services: 5_000, states: 100, keys: 32, locations: 8 };

/**
 * A trusted list, signed whole by the one key that is pinned; nothing of it is read before that holds.
 * @param signerFingerprint SHA-256 of the signer's certificate in hex, obtained by another way than the list
 * @throws PkiError `trust-list-malformed`, `trust-list-signer-unknown`, and those of `verifyEnvelopedXml`
 */
export function parseTrustList(bytes: Uint8Array, signerFingerprint: string): TrustList {
  const pinned = certificatesNamed(bytes).filter((certificate) => sha256Fingerprint(certificate.der) === signerFingerprint);
  if (pinned.length === 0) throw new PkiError('trust-list-signer-unknown', { rule: 'the list does not hold the certificate with the pinned fingerprint' });
  const { document: { root }, certificate: signer } = verifyEnvelopedXml(bytes, pinned);
  if (!isNamed(root, tsl, 'TrustServiceStatusList')) throw malformed('§5.2 TrustServiceStatusList');
  const scheme = need(root, 'SchemeInformation');
  const next = descendantOf(scheme, tsl, 'NextUpdate', 'dateTime');
  return {
    operatorName: nameIn(need(scheme, 'SchemeOperatorName')),
    sequenceNumber: numberOf(tokenOf(need(scheme, 'TSLSequenceNumber'))),
    issuedAt: instantOf(need(scheme, 'ListIssueDateTime')),
    nextUpdate: next && instantOf(next),
    locations: locationsOf(scheme),
    ...servicesOf(root),
    signer,
  };
}

function locationsOf(scheme: XmlElement): string[] {
  const points = childOf(scheme, tsl, 'DistributionPoints');
  return points ? childrenOf(points, tsl, 'URI').slice(0, limits.locations).map(tokenOf) : [];
}

/** Certificates in KeyInfo: hints that the pin chooses among. */
function certificatesNamed(bytes: Uint8Array): Certificate[] {
  const found: Certificate[] = [];
  for (const element of elementsOf(parseXml(bytes).root)) {
    if (!isNamed(element, namespaces.ds, 'X509Certificate') || found.length === limits.keys) continue;
    // those of services have their own name in their own namespace, so these are the signature's
    found.push(parseCertificate(bytesOf(element)));
  }
  return found;
}

function servicesOf(root: XmlElement): Pick<TrustList, 'services' | 'unreadable'> {
  const list = childOf(root, tsl, 'TrustServiceProviderList');
  const services: TrustService[] = [];
  let unreadable = 0;
  for (const provider of list ? childrenOf(list, tsl, 'TrustServiceProvider') : []) {
    const provided = nameIn(need(need(provider, 'TSPInformation'), 'TSPName'));
    for (const service of childrenOf(need(provider, 'TSPServices'), tsl, 'TSPService')) {
      if (services.length + unreadable >= limits.services) throw malformed(`at most ${limits.services} services`);
      for (const read of readService(service, provided)) {
        if (read) services.push(read);
        else unreadable++;
      }
    }
  }
  return { services, unreadable };
}

function readService(service: XmlElement, provider: string): (TrustService | undefined)[] {
  const information = need(service, 'ServiceInformation');
  const scope = scopes[tokenOf(need(information, 'ServiceTypeIdentifier'))];
  if (!scope) return [];
  const history = childOf(service, tsl, 'ServiceHistory');
  const entries = [information, ...(history ? childrenOf(history, tsl, 'ServiceHistoryInstance') : [])].slice(0, limits.states);
  const states = entries.map((entry): ServiceState => ({
    granted: grantedStates.has(tokenOf(need(entry, 'ServiceStatus'))), since: instantOf(need(entry, 'StatusStartingTime')),
  })).toSorted((a, b) => b.since.getTime() - a.since.getTime());
  const name = nameIn(need(information, 'ServiceName'));
  return childrenOf(need(information, 'ServiceDigitalIdentity'), tsl, 'DigitalId')
    .flatMap((identity) => childrenOf(identity, tsl, 'X509Certificate'))
    .map((element) => {
      const certificate = tolerate(() => parseCertificate(bytesOfBase64(tokenOf(element))));
      return certificate && { certificate, scope, provider, name, states };
    });
}

/** The Vietnamese name where there is one, else the English, else the first (§5.1.4). */
function nameIn(element: XmlElement): string {
  const names = childrenOf(element, tsl, 'Name');
  const inLanguage = (tag: string): XmlElement | undefined => names.find((name) => attributeOf(name, 'lang', namespaces.xml) === tag);
  const chosen = inLanguage('vi') ?? inLanguage('en') ?? names[0];
  if (!chosen) throw malformed(`§5.1.4 a name in ${element.local}`);
  return tokenOf(chosen).slice(0, 200);
}

function need(element: XmlElement, local: string): XmlElement {
  return childOf(element, tsl, local) ?? fail(local);
}

const malformed = (rule: string): PkiError => new PkiError('trust-list-malformed', { rule: `ETSI TS 119 612 ${rule}` });
const fail = (local: string): never => { throw malformed(local); };

function numberOf(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : fail('§5.3.2 TSLSequenceNumber');
}

/** §5.1.5: UTC, in full seconds. */
function instantOf(element: XmlElement): Date {
  const text = tokenOf(element);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text)) ? new Date(text) : fail(`§5.1.5 ${element.local}`);
}
