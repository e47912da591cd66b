import type { Certificate } from '../pki/certificate/parse.ts';
import type { Holder } from './pki/certificates.ts';
import { signed } from './pki/xml/signed-xml.ts';

export interface ServiceWish { certificate: Certificate; type?: string; status?: string; since?: string; history?: readonly { status: string; since: string }[] }
export interface ListWish { sequenceNumber?: number | string; issuedAt?: string; nextUpdate?: string | null; services?: readonly ServiceWish[]; /** where it says that it is published */ locations?: readonly string[] }

const state = (status: string, since: string): string =>
  `<ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/${status}</ServiceStatus><StatusStartingTime>${since}</StatusStartingTime>`;

function serviceXml({ certificate, type = 'CA/QC', status = 'granted', since = '2020-01-01T00:00:00Z', history = [] }: ServiceWish): string {
  const head = `<ServiceTypeIdentifier>http://uri.etsi.org/TrstSvc/Svctype/${type}</ServiceTypeIdentifier><ServiceName><Name xml:lang="en">Signing</Name><Name xml:lang="vi">Chứng thực chữ ký số</Name></ServiceName>`;
  const identity = `<ServiceDigitalIdentity><DigitalId><X509Certificate>${Buffer.from(certificate.der).toString('base64')}</X509Certificate></DigitalId></ServiceDigitalIdentity>`;
  const past = history.map((one) => `<ServiceHistoryInstance>${head}<ServiceDigitalIdentity/>${state(one.status, one.since)}</ServiceHistoryInstance>`).join('');
  return `<TSPService><ServiceInformation>${head}${identity}${state(status, since)}</ServiceInformation>${past && `<ServiceHistory>${past}</ServiceHistory>`}</TSPService>`;
}

/** A trusted list (ETSI TS 119 612) before it is signed. */
export function trustListXml({ sequenceNumber = 1, issuedAt = '2026-10-01T00:00:00Z', nextUpdate = '2027-03-01T00:00:00Z', services = [], locations = [] }: ListWish): string {
  const next = nextUpdate === null ? '<NextUpdate/>' : `<NextUpdate><dateTime>${nextUpdate}</dateTime></NextUpdate>`;
  return '<?xml version="1.0" encoding="UTF-8"?>\n<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="list" TSLTag="http://uri.etsi.org/19612/TSLTag"><SchemeInformation>'
    + `<TSLVersionIdentifier>5</TSLVersionIdentifier><TSLSequenceNumber>${sequenceNumber}</TSLSequenceNumber><SchemeOperatorName><Name xml:lang="en">National Centre</Name></SchemeOperatorName>`
    + `<ListIssueDateTime>${issuedAt}</ListIssueDateTime>${next}`
    + `${locations.length > 0 ? `<DistributionPoints>${locations.map((uri) => `<URI>${uri}</URI>`).join('')}</DistributionPoints>` : ''}</SchemeInformation>`
    + `<TrustServiceProviderList><TrustServiceProvider><TSPInformation><TSPName><Name xml:lang="en">Provider</Name></TSPName></TSPInformation><TSPServices>${services.map(serviceXml).join('')}</TSPServices></TrustServiceProvider></TrustServiceProviderList>`
    + '</TrustServiceStatusList>\n';
}

/** The same, signed whole. */
export const signedTrustList = async (wish: ListWish, by: Holder): Promise<Uint8Array> => Buffer.from(await signed(trustListXml(wish), by));
