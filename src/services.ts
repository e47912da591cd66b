import type { Knex } from 'knex';
import type { Logger } from 'pino';
import type { SignatureScheme } from '../pki/keys/algorithm.ts';
import type { PublicKey } from '../pki/keys/public-key.ts';
import type { Signer } from '../pki/keys/signer.ts';
import type { ToBeSigned } from '../pki/lint/to-be-signed.ts';
import type { Config } from './config.ts';

/** What touches the world, built once at start and handed down. Take a `Pick` of what is needed. */
export interface Services {
  config: Config;
  db: Knex;
  /** The clock. Nothing else reads the time. */
  now: () => Date;
  log: Logger;
  keystore: Keystore;
  jobs: Jobs;
  notices: Notices;
  /** The national population database; without it nobody checks who an official is, and answers say so. */
  population?: PopulationRegister;
  /** Bytes fit for keys and serial numbers. */
  random(bytes: number): Uint8Array;
}

/** A transaction that an operation opened. Who writes takes one, so none can be forgotten. */
export type Tx = Knex.Transaction;

export const roles = ['administrator', 'operator', 'registrar', 'auditor', 'verifier'] as const;
export type Role = (typeof roles)[number];

export const permissions = [
  'agency:read', 'agency:write', 'official:read', 'official:write', 'official:reveal', 'device:read', 'device:write',
  'request:read', 'request:submit', 'request:confirm', 'request:examine', 'request:approve', 'request:refuse', 'reorganisation:plan',
  'certificate:read', 'certificate:revoke', 'authority:read', 'authority:manage', 'profile:read',
  'policy:read', 'policy:manage', 'trust-anchor:read', 'trust-anchor:manage', 'audit:read',
  'operator:manage', 'verification:create', 'verification:read',
  'notification:read', 'notification:manage', 'event:read', 'webhook:manage', 'calendar-feed:manage', 'report:read',
  'own:read', 'own:renew', 'own:revoke',
] as const;
export type Permission = (typeof permissions)[number];

/** Who acts; every operation takes one, every audit entry names one. */
export interface Actor {
  /** The operator's id; two API keys of one operator are one actor, so four eyes stay four. */
  id: string;
  kind: 'operator' | 'api-key' | 'official' | 'system' | 'anyone';
  name: string;
  roles: readonly Role[];
  permissions: ReadonlySet<Permission>;
  /** ltree path of the agency whose subtree the actor may touch; undefined is the whole country. */
  agencyPath: string | undefined;
  /** whose certificates are the actor's own; set where the kind is `official` */
  officialId?: string;
  requestId: string;
}

/** The kind of key a keystore makes. */
export type KeySpec =
  | { type: 'rsa'; bits: 2048 | 3072 | 4096; pss?: boolean }
  | { type: 'ec'; curve: 'P-256' | 'P-384' | 'P-521' }
  | { type: 'ed25519' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87' };

/** Where private keys live. Only `src/keystore` sees one. */
export interface Keystore {
  /** Redeems the token, signs exactly its bytes, verifies the fresh signature and hands it out. */
  signLinted(keyId: string, token: ToBeSigned): Promise<Uint8Array>;
  /** For timestamps alone, which are not linted. */
  signerOf(keyId: string): Promise<Signer>;
  createKey(tx: Tx, spec: KeySpec): Promise<{ keyId: string; publicKey: PublicKey; scheme: SignatureScheme }>;
  /** Whether keys can be unwrapped and used now; `/readyz` asks. */
  ready?(): Promise<boolean>;
  readonly secrets: Secrets;
}

/**
 * Small secrets of the database that must be read again, each under a key of its `purpose` (a fixed word) that the
 * key-encryption key protects. What was sealed opens only for the same purpose and the same `id`.
 */
export interface Secrets {
  seal(purpose: string, id: string, plain: Uint8Array): Promise<Uint8Array>;
  /** @throws Problem `keystore-unavailable` */
  open(purpose: string, id: string, sealed: Uint8Array): Promise<Uint8Array>;
  /** HMAC-SHA-256, the same for the same value for ever: a blind index for exact search. */
  fingerprint(purpose: string, value: Uint8Array): Promise<Uint8Array>;
}

/** What the national population database is asked, and says. Nothing else of its record is taken in. */
export interface PopulationRegister {
  /** @throws PopulationUnavailable of src/population when no usable answer came */
  check(person: { nationalId: string; name: string; /** YYYY-MM-DD */ birthDate: string }): Promise<{ outcome: 'confirmed' | 'differs' | 'not-found'; transactionId: string }>;
  close(): void;
}

/** The running worker of background jobs. Jobs are queued with `addJobOnCommit` of src/jobs/add.ts. */
export interface Jobs {
  stop(): Promise<void>;
}

/** What PostgreSQL's NOTIFY brings from every node. */
export interface Notices {
  /** Resolves once the channel is heard. `onGap`: notices may have been missed, drop what was cached. */
  listen(channel: string, onPayload: (payload: string) => void, onGap: () => void): Promise<void>;
  /** False while the connection is lost: whoever caches must then read the database. */
  readonly live: boolean;
  close(): Promise<void>;
}
