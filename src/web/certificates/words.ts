import type { KeyUsageBit } from '../../../pki/certificate/parse.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import type { CertificateItem } from '../../certificates/find.ts';
import type { GroundName } from '../../certificates/grounds.ts';
import type { Translate, WordKey } from '../text/words.ts';
import type { Tag } from '../work-list/words.ts';

/** The legal grounds of a revocation in words. */
export const groundWords = {
  'key-compromised': 'certificate.groundKeyCompromised', 'device-lost': 'certificate.groundDeviceLost', 'device-broken': 'certificate.groundDeviceBroken',
  'replaced': 'certificate.groundReplaced', 'prosecution-request': 'certificate.groundProsecution', 'agency-request': 'certificate.groundAgency',
  'position-changed': 'certificate.groundPosition', 'retired': 'certificate.groundRetired', 'died': 'certificate.groundDied',
  'agency-dissolved': 'certificate.groundDissolved', 'service-ceased': 'certificate.groundCeased',
} as const satisfies Record<GroundName, WordKey>;

const profileWords: Readonly<Record<string, WordKey>> = {
  'official-signing': 'certificate.profileOfficial', 'agency-seal': 'certificate.profileSeal', 'service-tls-client': 'certificate.profileService',
  'root-ca': 'certificate.profileRoot', 'issuing-ca': 'certificate.profileIssuing', 'timestamping': 'certificate.profileTimestamp',
  'ocsp-responder': 'certificate.profileOcsp', 'receipt-signing': 'certificate.profileReceipt', 'operator-sign-in': 'certificate.profileOperator',
};

/** A profile in words; its name where somebody added one. */
export function profileText(profile: string, t: Translate): string {
  const word = profileWords[profile];
  return word ? t(word) : profile;
}

export const useWords = {
  digitalSignature: 'certificate.useDigitalSignature', nonRepudiation: 'certificate.useNonRepudiation', keyEncipherment: 'certificate.useKeyEncipherment',
  dataEncipherment: 'certificate.useDataEncipherment', keyAgreement: 'certificate.useKeyAgreement', keyCertSign: 'certificate.useKeyCertSign',
  cRLSign: 'certificate.useCRLSign', encipherOnly: 'certificate.useEncipherOnly', decipherOnly: 'certificate.useDecipherOnly',
} as const satisfies Record<KeyUsageBit, WordKey>;

/** Purposes of extKeyUsage by their object identifier. */
export const purposeWords: Readonly<Record<string, WordKey>> = {
  [oids.serverAuth]: 'certificate.purposeServer', [oids.clientAuth]: 'certificate.purposeClient', [oids.emailProtection]: 'certificate.purposeMail',
  [oids.documentSigning]: 'certificate.purposeDocument', [oids.codeSigning]: 'certificate.purposeCode', [oids.timeStamping]: 'certificate.purposeTime',
  [oids.ocspSigning]: 'certificate.purposeOcsp', [oids.anyExtendedKeyUsage]: 'certificate.purposeAny',
};

/** The state of a certificate in words, at a moment. */
export function certificateTag({ state, notBefore, notAfter }: Pick<CertificateItem, 'state' | 'notBefore' | 'notAfter'>, at: Date, t: Translate): { tag: Tag; text: string } {
  const [tag, word] = stateAt(state, notBefore > at, notAfter < at);
  return { tag, text: t(word) };
}

function stateAt(state: CertificateItem['state'], early: boolean, late: boolean): [Tag, WordKey] {
  switch (state) {
    case 'prepared': return ['wait', 'certificate.prepared'];
    case 'void': return ['off', 'certificate.void'];
    case 'revoked': return ['bad', 'status.revoked'];
    case 'on_hold': return late ? ['off', 'status.expired'] : ['wait', 'status.onHold'];
    case 'issued': return late ? ['off', 'status.expired'] : early ? ['wait', 'status.notYet'] : ['good', 'status.good'];
  }
}
