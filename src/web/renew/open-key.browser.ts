import { assemblePkcs12 } from '../../../pki/keys/pkcs12-build.ts';
import { children, integerOf } from './der.browser.ts';
import { algorithmOf, spkiOf } from './key-algorithm.browser.ts';
import { forgetKey, hasKey, openKey, readKey } from './kept-key.browser.ts';
import { fromBase64, keyIterations, macIterations, pageCrypto } from './page-crypto.browser.ts';

/** Puts the kept key and the new certificate into a PKCS#12 file, and opens the saved file once more to be sure. */
const root = document.querySelector<HTMLElement>('#key');
const part = <T extends HTMLElement>(name: string): T => root!.querySelector<T>(`[data-part=${name}]`)!;
const { key: keyHash = '', chain = '', name = '', wrong = '' } = root?.dataset ?? {};
const certificates = chain === '' ? [] : chain.split(' ').map(fromBase64);

async function makeFile(password: string): Promise<Blob> {
  const pkcs8 = await readKey(keyHash, password);
  const file = await assemblePkcs12({ pkcs8, certificates, password, iterations: keyIterations, macIterations }, pageCrypto);
  return new Blob([new Uint8Array(file)], { type: 'application/x-pkcs12' });
}

/** Whether a file of ours opens with a password and holds the key of the new certificate. */
async function isGood(file: Uint8Array, password: string): Promise<boolean> {
  const [, authSafe, macData] = children(children(file)[0]!.content);
  const content = children(children(authSafe!.content)[1]!.content)[0]!.content;
  const [digestInfo, salt, iterations] = children(macData!.content);
  const mac = await pageCrypto.macSha256(content, { password, salt: salt!.content, iterations: integerOf(iterations!) });
  const expected = children(digestInfo!.content)[1]!.content;
  if (mac.length !== expected.length || !mac.every((byte, i) => byte === expected[i])) return false;
  // the second of the two safes is the key's; its bag holds the key as it is kept here
  const keySafe = children(children(content)[0]!.content)[1]!;
  const bag = children(children(children(children(keySafe.content)[1]!.content)[0]!.content)[0]!.content)[0]!;
  const shrouded = children(children(bag.content)[1]!.content)[0]!;
  return belongTogether(await openKey(shrouded.whole, password), certificates[0]!);
}

/** Signs with the key and checks with the certificate's. */
async function belongTogether(pkcs8: Uint8Array, certificate: Uint8Array): Promise<boolean> {
  const spki = spkiOf(certificate);
  const { use, sign } = algorithmOf(spki);
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), use, false, ['sign']), crypto.subtle.importKey('spki', new Uint8Array(spki), use, false, ['verify']),
  ]);
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  return crypto.subtle.verify(sign, publicKey, await crypto.subtle.sign(sign, privateKey, challenge), challenge);
}

function offerFile(file: Blob): void {
  const link = part<HTMLAnchorElement>('save-link');
  link.href = URL.createObjectURL(file);
  link.download = `${name}.p12`;
  part('save').hidden = false;
  part('check').hidden = false;
  link.focus();
}

async function onMake(event: SubmitEvent): Promise<void> {
  event.preventDefault();
  const input = document.getElementById('make-password') as HTMLInputElement;
  part('make-wrong').textContent = '';
  try {
    offerFile(await makeFile(input.value));
    part('make-form').hidden = true;
  } catch {
    part('make-wrong').textContent = wrong;
    input.focus();
  }
}

async function onCheck(event: SubmitEvent): Promise<void> {
  event.preventDefault();
  const { files } = document.getElementById('check-file') as HTMLInputElement;
  const { value: password } = document.getElementById('check-password') as HTMLInputElement;
  const bytes = files?.[0] && new Uint8Array(await files[0].arrayBuffer());
  const good = bytes ? await isGood(bytes, password).catch(() => false) : false;
  const result = part('check-result');
  result.textContent = (good ? result.dataset['good'] : result.dataset['bad']) ?? '';
  result.className = good ? 'notice notice--done' : 'govuk-error-message';
  if (good) forgetKey(keyHash);
}

if (root && hasKey(keyHash)) {
  if (certificates.length === 0) part('waiting').hidden = false;
  else {
    part('make').hidden = false;
    part('make-form').addEventListener('submit', (event) => void onMake(event));
    part('check-form').addEventListener('submit', (event) => void onCheck(event));
  }
}
