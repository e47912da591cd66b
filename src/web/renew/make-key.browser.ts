import { bitString, element, integer, sequence } from '../../../pki/asn1/der-writer.ts';
import { keyAlgorithms, type KeyKind } from './key-algorithm.browser.ts';
import { keepKey } from './kept-key.browser.ts';
import { toBase64, toHex } from './page-crypto.browser.ts';

/** Makes the new key in this page, keeps it encrypted under the person's password, and sends the PKCS#10 in the form. */
const form = document.querySelector<HTMLFormElement>('#renew');
const passwords = document.querySelector<HTMLElement>('[data-part=passwords]');
const working = document.querySelector<HTMLElement>('#working');
const fewestCharacters = 10;

/** PKCS#10 without a name: the register decides what the certificate says (RFC 2986 §4). */
async function csrOf({ privateKey, publicKey }: CryptoKeyPair, kind: KeyKind): Promise<Uint8Array> {
  const { sign, identifier, written } = keyAlgorithms[kind];
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
  const info = sequence(integer(0), sequence(), spki, element(0xa0));
  const raw = new Uint8Array(await crypto.subtle.sign(sign, privateKey, new Uint8Array(info)));
  return sequence(info, identifier, bitString(written(raw)));
}

async function makeKey(password: string, kind: KeyKind): Promise<string> {
  const pair = await crypto.subtle.generateKey(keyAlgorithms[kind].generate, true, ['sign', 'verify']) as CryptoKeyPair;
  const spki = await crypto.subtle.exportKey('spki', pair.publicKey);
  const keyHash = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', spki)));
  await keepKey(keyHash, new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)), password);
  return `-----BEGIN CERTIFICATE REQUEST-----\n${toBase64(await csrOf(pair, kind)).replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** Says what is wrong beside the field, as the server does, and puts the cursor there. */
function complain(input: HTMLInputElement, text: string): void {
  clear(input);
  const message = document.createElement('p');
  message.className = 'govuk-error-message';
  message.id = `${input.id}-error`;
  message.textContent = text;
  input.closest('.govuk-form-group')?.classList.add('govuk-form-group--error');
  input.closest('.govuk-form-group')?.querySelector('label')?.after(message);
  input.setAttribute('aria-describedby', `${input.id}-hint ${message.id}`);
  input.setAttribute('aria-invalid', 'true');
  input.focus();
}

function clear(input: HTMLInputElement): void {
  document.getElementById(`${input.id}-error`)?.remove();
  input.closest('.govuk-form-group')?.classList.remove('govuk-form-group--error');
  input.removeAttribute('aria-invalid');
}

function chosenPassword(): string | undefined {
  const [first, again] = ['password', 'password-again'].map((id) => document.getElementById(id) as HTMLInputElement);
  if (!first || !again) return undefined;
  clear(first);
  clear(again);
  if (first.value.length < fewestCharacters) complain(first, passwords?.dataset['short'] ?? '');
  else if (first.value !== again.value) complain(again, passwords?.dataset['differs'] ?? '');
  else return first.value;
  return undefined;
}

form?.addEventListener('submit', async (event) => {
  const csr = form.elements.namedItem('csr') as HTMLInputElement;
  if (new FormData(form).get('where') !== 'browser' || csr.value !== '') return;
  event.preventDefault();
  const password = chosenPassword();
  if (password === undefined) return;
  const button = form.querySelector<HTMLButtonElement>('button[type=submit]');
  if (button) button.disabled = true;
  if (working) working.textContent = working.dataset['text'] ?? '';
  csr.value = await makeKey(password, new FormData(form).get('keyKind') === 'RSA-3072' ? 'RSA-3072' : 'P-256');
  form.submit();
});
