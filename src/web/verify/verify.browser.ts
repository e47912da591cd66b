import { dressFiles, offerCopying } from '../layout/start.browser.ts';
import { offerPrinting } from './result.browser.ts';

/**
 * Makes the form pleasanter where scripts run: a place to drop a file, word that the check is under way, and the result in
 * this same page, so that the file is still at hand to be drawn. Whatever fails here is left to the browser's own sending.
 */
function wakeForm(): void {
  const form = document.querySelector<HTMLFormElement>('#check');
  const drop = document.querySelector<HTMLElement>('#drop');
  const input = document.querySelector<HTMLInputElement>('#file');
  if (!form || !drop || !input) return;
  wakeDrop(drop, input);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form, input.files?.[0]);
  });
  // Coming back by the browser's button must not find the form still busy.
  window.addEventListener('pageshow', () => sayBusy(form, false));
}

function wakeDrop(drop: HTMLElement, input: HTMLInputElement): void {
  drop.classList.add('live');
  drop.querySelector('.drop-hint')?.removeAttribute('hidden');
  for (const kind of ['dragenter', 'dragover']) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add('over');
    });
  }
  for (const kind of ['dragleave', 'drop']) drop.addEventListener(kind, () => drop.classList.remove('over'));
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    const files = event.dataTransfer?.files;
    if (!files || files.length === 0) return;
    input.files = files;
    input.dispatchEvent(new Event('change'));
  });
}

function sayBusy(form: HTMLFormElement, busy: boolean): void {
  const progress = form.querySelector<HTMLElement>('#progress');
  const button = form.querySelector<HTMLButtonElement>('button[type=submit]');
  if (progress) progress.textContent = busy ? progress.dataset['text'] ?? '' : '';
  if (button) button.disabled = busy;
}

async function send(form: HTMLFormElement, file: File | undefined): Promise<void> {
  const { viewer = '', worker = '' } = form.dataset;
  const body = new FormData(form);
  sayBusy(form, true);
  let answered: Document;
  try {
    const answer = await fetch(form.action, { method: 'POST', body, headers: { accept: 'text/html' } });
    answered = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!answered.querySelector('main')) throw new Error('this is no page');
  } catch {
    form.submit();
    return;
  }
  show(answered);
  const result = document.querySelector<HTMLElement>('#result');
  if (!result || !file) return;
  const { drawPages } = await import('./draw.browser.ts');
  await drawPages(file, { viewer, worker });
}

/** Puts the answer in the place of the form. Its address is that of the receipt, so reloading and sharing work. */
function show(answered: Document): void {
  const main = document.adoptNode(answered.querySelector('main')!);
  document.querySelector('main')!.replaceWith(main);
  document.title = answered.title;
  const { path } = main.querySelector<HTMLElement>('#result')?.dataset ?? {};
  if (path !== undefined) {
    history.pushState(null, '', path);
    const other = document.querySelector<HTMLAnchorElement>('.top__link[hreflang]');
    if (other) other.href = `${path}?lang=${other.hreflang}`;
  }
  wakeForm();
  offerCopying(main);
  dressFiles(main);
  offerPrinting();
  window.scrollTo(0, 0);
  main.querySelector<HTMLElement>('.govuk-error-summary, h1')?.focus();
}

wakeForm();
// what the address says is no longer what is shown
window.addEventListener('popstate', () => location.reload());
