import { element, explicit, integer, oid, sequence } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, tags } from '../asn1/tags.ts';

/** Certificates carried in a SignedData that nobody signed: the "certs-only" message of RFC 8551 §3.2.2, RFC 5652 §5.1 version 1. */
export function buildCertificatesOnly(certificates: readonly Uint8Array[]): Uint8Array {
  return sequence(oid(oids.signedData), explicit(0, sequence(
    integer(1),
    element(tags.set),
    sequence(oid(oids.data)),
    element(contextConstructed(0), ...certificates.toSorted((a, b) => Buffer.compare(a, b))),
    element(tags.set),
  )));
}
