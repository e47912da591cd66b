/** Keeps the progress of a job up to date, and loads the page again when the job has come to another state. */
interface Told { worked: number; workedText: string; steps: number; stepsText: string }

const place = document.querySelector<HTMLElement>('#progress[data-events]');

function show(id: string, value: number, text: string): void {
  const bar = document.querySelector<HTMLProgressElement>(`#${id}`);
  if (!bar) return;
  bar.value = value;
  const words = bar.parentElement?.querySelector('span');
  if (words) words.textContent = text;
}

if (place) {
  const source = new EventSource(place.dataset['events'] ?? '');
  source.addEventListener('open', () => {
    document.querySelector('#reload')?.setAttribute('hidden', '');
    document.querySelector('#live')?.removeAttribute('hidden');
  });
  source.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const { worked, workedText, steps, stepsText } = JSON.parse(data) as Told;
    show('worked', worked, workedText);
    show('steps', steps, stepsText);
  });
  // a form that somebody fills in is not taken away
  source.addEventListener('end', () => {
    source.close();
    document.querySelector('#live')?.setAttribute('hidden', '');
    document.querySelector('#reload')?.removeAttribute('hidden');
    if (!document.querySelector('form textarea:focus')) location.reload();
  });
}

export {};
