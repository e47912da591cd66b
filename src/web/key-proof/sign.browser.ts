import { element, explicit, integer, octetString, oid, retag, sequence, setOf } from '../../../pki/asn1/der-writer.ts';
import { pkcs12Ids } from '../../../pki/keys/pkcs12-build.ts';
import { children } from '../renew/der.browser.ts';
import { algorithmOf, spkiOf } from '../renew/key-algorithm.browser.ts';
import { openKey } from '../renew/kept-key.browser.ts';

/** Signs the challenge with the key of a PKCS#12 file that this page opens; only the signed challenge is sent, in the page's own form. */
const root = document.querySelector<HTMLElement>('#with-p12');
const part = <T extends HTMLElement>(name: string): T => root!.querySelector<T>(`[data-part=${name}]`)!;
const ids = { signedData: '1.2.840.113549.1.7.2', contentType: '1.2.840.113549.1.9.3', messageDigest: '1.2.840.113549.1.9.4' } as const;

interface Opened { pkcs8: Uint8Array; certificate: Uint8Array }

/** The key and its certificate out of a file that this service wrote (RFC 7292): the certificates encrypted first, then the key. */
async function openFile(file: Uint8Array, password: string): Promise<Opened> {
  const authSafe = children(children(file)[0]!.content)[1]!;
  const content = children(children(authSafe.content)[1]!.content)[0]!.content;
  const [hidden, keySafe] = children(children(content)[0]!.content);
  const encrypted = children(children(children(hidden!.content)[1]!.content)[0]!.content)[1]!;
  const [, algorithm, ciphertext] = children(encrypted.content);
  const bags = await openKey(sequence(algorithm!.whole, octetString(ciphertext!.content)), password);
  const ownBag = children(children(bags)[0]!.content)[0]!;
  const certBag = children(children(ownBag.content)[1]!.content)[0]!;
  const certificate = children(children(children(certBag.content)[1]!.whole)[0]!.content)[0]!.content;
  const keyBag = children(children(children(children(keySafe!.content)[1]!.content)[0]!.content)[0]!.content)[0]!;
  const shrouded = children(children(keyBag.content)[1]!.content)[0]!;
  return { certificate, pkcs8: await openKey(shrouded.whole, password) };
}

const attribute = (id: string, value: Uint8Array): Uint8Array => sequence(oid(id), setOf(value));

/** SignedData over the challenge with it inside (RFC 5652 §5.1), with SHA-256 under ECDSA on P-256 or RSA (PKCS #1 v1.5). */
async function signChallenge(challenge: Uint8Array<ArrayBuffer>, { pkcs8, certificate }: Opened): Promise<Uint8Array> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', challenge));
  // in this order they are DER: the shorter one first
  const attributes = element(0x31, attribute(ids.contentType, oid(pkcs12Ids.data)), attribute(ids.messageDigest, octetString(digest)));
  const { use, sign, identifier, written } = algorithmOf(spkiOf(certificate));
  const key = await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), use, false, ['sign']);
  const signature = written(new Uint8Array(await crypto.subtle.sign(sign, key, new Uint8Array(attributes))));
  const tbs = children(children(children(certificate)[0]!.content)[0]!.content);
  const sha256 = sequence(oid(pkcs12Ids.sha256));
  // RFC 5280 §4.1: after the version come the serial number, the algorithm and the issuer
  const signerInfo = sequence(integer(1), sequence(tbs[3]!.whole, tbs[1]!.whole), sha256, retag(0xa0, attributes), identifier, octetString(signature));
  const signedData = sequence(
    integer(1), setOf(sha256), sequence(oid(pkcs12Ids.data), explicit(0, octetString(challenge))), element(0xa0, certificate), setOf(signerInfo),
  );
  return sequence(oid(ids.signedData), explicit(0, signedData));
}

/** The challenge as the server would give it to be saved. */
async function fetchChallenge(): Promise<Uint8Array<ArrayBuffer>> {
  const form = document.querySelector<HTMLFormElement>('#challenge')!;
  const body = new URLSearchParams([['challenge', form.querySelector<HTMLInputElement>('[name=challenge]')!.value], ['format', 'txt']]);
  const answer = await fetch(form.action, { method: 'POST', body });
  if (!answer.ok) throw new Error('the challenge is over');
  return new Uint8Array(await answer.arrayBuffer());
}

function send(signed: Uint8Array): void {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(signed)], 'dang-nhap.txt.p7m', { type: 'application/pkcs7-mime' }));
  const form = document.querySelector<HTMLFormElement>('#proof')!;
  form.querySelector<HTMLInputElement>('[name=signed]')!.files = files.files;
  form.submit();
}

async function onSign(event: SubmitEvent): Promise<void> {
  event.preventDefault();
  const { wrong = '', working = '' } = root!.dataset;
  const password = document.getElementById('p12-password') as HTMLInputElement;
  part('wrong').textContent = '';
  part('working').textContent = working;
  try {
    const [file] = (document.getElementById('p12') as HTMLInputElement).files ?? [];
    const opened = await openFile(new Uint8Array(await file!.arrayBuffer()), password.value);
    send(await signChallenge(await fetchChallenge(), opened));
  } catch {
    part('working').textContent = '';
    part('wrong').textContent = wrong;
    password.focus();
  }
}

if (root) {
  root.hidden = false;
  part('form').addEventListener('submit', (event) => void onSign(event));
}
