/**
 * Makes or uses a passkey when a form with `data-passkey` is sent: asks the service for a challenge, the device for its answer,
 * and sends that in the form. The words to say stand in the form.
 */
interface Descriptor { id: string; type: 'public-key'; transports?: AuthenticatorTransport[] }
interface Creation extends Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> {
  challenge: string; user: { id: string; name: string; displayName: string }; excludeCredentials?: Descriptor[];
}
interface Request extends Omit<PublicKeyCredentialRequestOptions, 'challenge' | 'allowCredentials'> { challenge: string }

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const toBase64Url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

async function askChallenge(form: HTMLFormElement): Promise<unknown> {
  const token = form.elements.namedItem('form_token');
  const body = new URLSearchParams(token instanceof HTMLInputElement ? { form_token: token.value } : {});
  const answer = await fetch(form.dataset['challenge'] ?? '', { method: 'POST', body });
  if (!answer.ok) throw new Error(`challenge: ${answer.status}`);
  return answer.json();
}

async function make(form: HTMLFormElement): Promise<object> {
  const { challenge, user, excludeCredentials = [], ...rest } = await askChallenge(form) as Creation;
  const made = await navigator.credentials.create({ publicKey: {
    ...rest, challenge: fromBase64Url(challenge), user: { ...user, id: fromBase64Url(user.id) },
    excludeCredentials: excludeCredentials.map((one) => ({ ...one, id: fromBase64Url(one.id) })),
  } }) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    id: made.id, rawId: made.id, type: made.type, clientExtensionResults: {},
    response: { clientDataJSON: toBase64Url(response.clientDataJSON), attestationObject: toBase64Url(response.attestationObject), transports: response.getTransports() },
  };
}

async function use(form: HTMLFormElement): Promise<object> {
  const { challenge, ...rest } = await askChallenge(form) as Request;
  const used = await navigator.credentials.get({ publicKey: { ...rest, challenge: fromBase64Url(challenge) } }) as PublicKeyCredential;
  const { clientDataJSON, authenticatorData, signature, userHandle } = used.response as AuthenticatorAssertionResponse;
  return {
    id: used.id, rawId: used.id, type: used.type, clientExtensionResults: {},
    response: {
      clientDataJSON: toBase64Url(clientDataJSON), authenticatorData: toBase64Url(authenticatorData), signature: toBase64Url(signature),
      ...(userHandle ? { userHandle: toBase64Url(userHandle) } : {}),
    },
  };
}

function wordFor(error: unknown): string {
  if (!(error instanceof DOMException)) return 'failed';
  if (error.name === 'InvalidStateError') return 'present';
  return error.name === 'NotSupportedError' || error.name === 'SecurityError' ? 'unsupported' : 'cancelled';
}

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) {
  const button = form.querySelector<HTMLButtonElement>('button');
  const [status, trouble] = ['working', 'trouble'].map((name) => form.querySelector<HTMLElement>(`[data-part=${name}]`));
  const say = (place: HTMLElement | null | undefined, word: string | undefined): void => { if (place) place.textContent = word ?? ''; };

  form.addEventListener('submit', async (event) => {
    const credential = form.elements.namedItem('credential') as HTMLInputElement;
    event.preventDefault();
    if (button?.disabled) return;
    say(trouble, '');
    if (!('PublicKeyCredential' in window)) return say(trouble, form.dataset['unsupported']);
    if (button) button.disabled = true;
    say(status, form.dataset['working']);
    try {
      credential.value = JSON.stringify(await (form.dataset['passkey'] === 'make' ? make(form) : use(form)));
      form.submit();
    } catch (error) {
      say(trouble, form.dataset[wordFor(error)]);
      say(status, '');
      if (button) button.disabled = false;
    }
  });
}

export {};
