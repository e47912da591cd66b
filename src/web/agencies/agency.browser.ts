/** Offers agencies as somebody types: the same search as the page for it, put into the field's list. Without it the form itself offers them. */
const quietMs = 200;
const fewestLetters = 2;

function offerFor(input: HTMLInputElement, list: HTMLElement): void {
  let timer = 0;
  let asked: AbortController | undefined;
  const ask = async (): Promise<void> => {
    asked?.abort();
    asked = new AbortController();
    const search = new URLSearchParams({ q: input.value.trim(), ...(input.dataset['agencies'] === 'all' ? { of: 'all' } : {}) });
    try {
      const answer = await fetch(`/agency-choices?${search}`, { signal: asked.signal, headers: { accept: 'text/html' } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      list.replaceChildren(...Array.from(page.querySelectorAll<HTMLElement>('[data-agency]'), ({ dataset }) => Object.assign(document.createElement('option'), { value: dataset['agency'] ?? '' })));
    } catch (error) {
      // the next letter asks again, and the form can be sent without it
      if (!(error instanceof DOMException && error.name === 'AbortError')) list.replaceChildren();
    }
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    // what was taken from the list ends with its code
    if (input.value.trim().length >= fewestLetters && !/\([\w.]+\)$/.test(input.value)) timer = window.setTimeout(() => void ask(), quietMs);
  });
}

for (const input of document.querySelectorAll<HTMLInputElement>('input[data-agencies]')) if (input.list) offerFor(input, input.list);

export {};
