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

offerCopying(document);
