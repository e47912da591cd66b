import { createHash } from 'node:crypto';
import { buildTimestampToken } from '../../../pki/timestamp/token.ts';
import { buildTstInfo } from '../../../pki/timestamp/tst-info.ts';
import { publicServicePolicy } from '../../../pki/validation/policy.ts';
import type { SignatureReport, ValidationReport } from '../../../pki/validation/report.ts';
import { validateDocument } from '../../../pki/validation/validate.ts';
import type { ValidationAnchor } from '../../../pki/validation/validation-context.ts';
import { noEvidence } from '../../../pki/validation/evidence.ts';
import { makeHolder, now, type Holder, type KeyKind } from '../certificates.ts';

/** A root that is trusted, and those whose certificates it issued. Status is not asked for: that is tested elsewhere. */
export class Country {
  readonly root: Holder;
  private readonly anchors: ValidationAnchor[];

  private constructor(root: Holder) {
    this.root = root;
    this.anchors = [{ certificate: root.certificate, domain: 'Antin', scope: 'any', trustedFrom: root.certificate.notBefore, trustedUntil: undefined }];
  }

  static async found(name = 'Gốc'): Promise<Country> {
    return new Country(await makeHolder({ profile: 'root-ca', name }));
  }

  official(name: string, kind: KeyKind = 'p256'): Promise<Holder> {
    return makeHolder({ profile: 'official-signing', name, kind, issuer: this.root });
  }

  /** A token of a unit of this country over these bytes. */
  async token(stamped: Uint8Array | string, genTime = now): Promise<Uint8Array> {
    const { signer, certificate } = await makeHolder({ profile: 'timestamping', name: 'Dấu thời gian', issuer: this.root });
    const imprint = { digest: 'sha256' as const, value: createHash('sha256').update(stamped).digest() };
    const tstInfo = buildTstInfo({ policy: '1.3.6.1.4.1.32473.1.4', imprint, serialNumber: 7n, genTime, accuracySeconds: 1 });
    return buildTimestampToken(tstInfo, { signer, certificate, certificates: [] });
  }

  validate(file: Uint8Array, content?: Uint8Array): ValidationReport {
    return validateDocument({ file, content, validationTime: new Date(now.getTime() + 60_000), policy: { ...publicServicePolicy, revocation: 'if-available' }, anchors: this.anchors, evidence: noEvidence }).report;
  }
}

/** What a reader looks at first: the verdict and the codes of each signature. */
export const summaryOf = ({ id, indication, subIndication, format }: SignatureReport): string => `${id} ${format} ${indication}${subIndication ? `/${subIndication}` : ''}`;

export const codesOf = (report: ValidationReport): string[] => [...report.messages, ...report.signatures.flatMap(({ messages }) => messages)].map(({ code }) => code);
