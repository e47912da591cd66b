import { PkiError } from '../error.ts';
import type { SignatureScheme } from '../keys/algorithm.ts';
import type { Curve, KeyType, PublicKey } from '../keys/public-key.ts';
import type { NamePartType } from '../name/build.ts';
import type { KeyUsageBit } from './parse.ts';

export type ProfileName =
  | 'root-ca' | 'issuing-ca' | 'official-signing' | 'agency-seal' | 'timestamping' | 'ocsp-responder' | 'service-tls-client' | 'receipt-signing' | 'operator-sign-in';

/** Where a part of a subject comes from: a constant of the state, the register, or the request. */
export type SubjectSource = 'country' | 'province' | 'organisation' | 'unit' | 'name' | 'email';

/** One kind of attribute in a subject, in the order of the name. */
export interface SubjectField {
  type: NamePartType;
  source: SubjectSource;
  required: boolean;
  /** how often the attribute may occur */
  max: number;
}

export interface KeyRules {
  types: readonly KeyType[];
  /** of an RSA modulus */
  minBits: number;
  maxBits: number;
  curves: readonly Curve[];
}

/** What a kind of certificate looks like. Data, stored by version: a change is a new version, never an edit. */
export interface Profile {
  name: ProfileName;
  version: number;
  /** the longest validity in days of 86,400 s */
  validityDays: number;
  keyRules: KeyRules;
  /** what the issuer may sign it with */
  signatureSchemes: readonly SignatureScheme[];
  ca: boolean;
  /** null: none stated */
  pathLength: number | null;
  keyUsage: readonly KeyUsageBit[];
  extKeyUsage: readonly string[];
  extKeyUsageCritical: boolean;
  policies: readonly string[];
  subjectLayout: readonly SubjectField[];
  /** which addresses and names such a certificate carries */
  extensions: {
    ocspNoCheck: boolean;
    crlDistributionPoint: boolean;
    ocspUrl: boolean;
    caIssuersUrl: boolean;
    subjectAltName: { email: boolean; dns: boolean };
  };
}

/** Whether a key is of a type, size and curve the profile allows. Weak keys of an allowed kind are another question. */
export function keyFitsProfile({ keyRules }: Pick<Profile, 'keyRules'>, key: PublicKey): boolean {
  if (!keyRules.types.includes(key.type)) return false;
  if (key.type === 'rsa') return key.bits >= keyRules.minBits && key.bits <= keyRules.maxBits;
  return key.type !== 'ec' || (key.curve !== undefined && keyRules.curves.includes(key.curve));
}

/**
 * The parts of a profile that contradict each other, in words; none for a sound one. For those who store a new version.
 */
export function findProfileFaults(profile: Profile): string[] {
  const { keyUsage, extKeyUsage, subjectLayout } = profile;
  const faults: [boolean, string][] = [
    [profile.validityDays < 1 || !Number.isInteger(profile.validityDays), 'validityDays is a whole number of at least 1'],
    [profile.ca !== keyUsage.includes('keyCertSign'), 'keyCertSign goes with ca (RFC 5280 §4.2.1.9)'],
    [!profile.ca && profile.pathLength !== null, 'pathLength goes with ca (RFC 5280 §4.2.1.9)'],
    [keyUsage.length === 0, 'keyUsage names at least one bit (RFC 5280 §4.2.1.3)'],
    [new Set(extKeyUsage).size !== extKeyUsage.length, 'extKeyUsage names a purpose once'],
    [!subjectLayout.some(({ type, required }) => type === 'CN' && required), 'the subject has a CN'],
    [subjectLayout.some(({ max }) => max < 1), 'each subject field may occur at least once'],
    [new Set(subjectLayout.map(({ type }) => type)).size !== subjectLayout.length, 'each subject attribute has one field'],
    [profile.keyRules.types.length === 0 || profile.signatureSchemes.length === 0, 'some key and some signature are allowed'],
    [profile.keyRules.types.includes('rsa') && profile.keyRules.minBits < 2048, 'RSA keys have at least 2048 bits'],
  ];
  return faults.filter(([broken]) => broken).map(([, words]) => words);
}

/** @throws PkiError `profile-violation` naming the rule the order breaks */
export function violation(rule: string): never {
  throw new PkiError('profile-violation', { rule });
}
