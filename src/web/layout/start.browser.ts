/** Wakes the shared patterns up, and the buttons that copy. Pages work before this has run, and without it. */
interface Patterns { createAll(pattern: unknown): void; Button: unknown; ErrorSummary: unknown; PasswordInput: unknown; Radios: unknown; ServiceNavigation: unknown; SkipLink: unknown }

const { patterns: address = '' } = document.body.dataset;
document.body.classList.add('js-enabled', 'govuk-frontend-supported');
const govuk = await import(address) as Patterns;
for (const pattern of [govuk.Button, govuk.ErrorSummary, govuk.PasswordInput, govuk.Radios, govuk.ServiceNavigation, govuk.SkipLink]) govuk.createAll(pattern);

/** Buttons that copy, in what was put into the page too. */
export function offerCopying(inside: ParentNode): void {
  for (const button of inside.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset['copy'] ?? '');
      button.textContent = button.dataset['done'] ?? '';
    });
  }
}

/** File fields in the page's own words, with the name of what was chosen. Keys, drops and screen readers meet the browser's control. */
export function dressFiles(inside: ParentNode): void {
  for (const field of inside.querySelectorAll<HTMLElement>('.file')) {
    const [input, face, name] = [field.querySelector('input'), field.querySelector<HTMLElement>('.file__face'), field.querySelector<HTMLElement>('.file__name')];
    if (!input || !face || !name) continue;
    const show = (): void => {
      name.textContent = Array.from(input.files ?? [], (file) => file.name).join(', ') || (name.dataset['none'] ?? '');
      // else the browser would say it in its own language
      input.title = name.textContent;
    };
    input.addEventListener('change', show);
    window.addEventListener('pageshow', show);
    show();
    face.hidden = false;
    field.classList.add('file--dressed');
  }
}

offerCopying(document);
dressFiles(document);
