/** CRLReason of RFC 5280 §5.3.1 by name; 7 is not used there. */
export const reasonCodes = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

export type RevocationReason = keyof typeof reasonCodes;

export const revocationReasons = Object.keys(reasonCodes) as RevocationReason[];

const byCode = new Map<number, RevocationReason>(revocationReasons.map((reason) => [reasonCodes[reason], reason]));

/** The reason of a CRLReason code; undefined if the standard gives the code no meaning. */
export function reasonOfCode(code: number): RevocationReason | undefined {
  return byCode.get(code);
}
