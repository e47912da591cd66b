/** Makes the form pleasanter where scripts run: a place to drop a file, and word that the check is under way. */
const form = document.querySelector<HTMLFormElement>('#check');
const drop = document.querySelector<HTMLElement>('#drop');
const input = document.querySelector<HTMLInputElement>('#file');
const progress = document.querySelector<HTMLElement>('#progress');

if (form && drop && input && progress) {
  const button = form.querySelector<HTMLButtonElement>('button[type=submit]');
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
    if (files && files.length > 0) input.files = files;
  });
  form.addEventListener('submit', () => {
    progress.textContent = progress.dataset['text'] ?? '';
    if (button) button.disabled = true;
  });
  // Coming back by the browser's button must not find the form still busy.
  window.addEventListener('pageshow', () => {
    progress.textContent = '';
    if (button) button.disabled = false;
  });
}

export {};
