/** Asks the page's own address while somebody types, and puts the answer in place of the last one. */
const form = document.querySelector<HTMLFormElement>('#search');
const input = document.querySelector<HTMLInputElement>('#q');
const results = document.querySelector<HTMLElement>('#results');
const status = document.querySelector<HTMLElement>('#status');

/** Longer than between two keys of somebody who types, shorter than is felt as waiting. */
const quietMs = 220;

if (form && input && results && status) {
  let timer = 0;
  let asked: AbortController | undefined;

  const ask = async (): Promise<void> => {
    asked?.abort();
    asked = new AbortController();
    const address = input.value.trim() === '' ? '/search' : `/search?${new URLSearchParams({ q: input.value.trim() })}`;
    try {
      const answer = await fetch(address, { signal: asked.signal, headers: { accept: 'text/html' } });
      // whoever is no longer signed in goes there by the form
      if (!answer.ok || answer.redirected) return form.submit();
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      results.replaceChildren(...(page.querySelector('#results')?.childNodes ?? []));
      status.textContent = page.querySelector('#status')?.textContent ?? '';
      history.replaceState(null, '', address);
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) form.submit();
    }
  };

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), quietMs);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(timer);
    void ask();
  });
  input.focus();
}

export {};
