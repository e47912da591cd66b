/** Draws the pages of a PDF beside its result, in this browser alone, with a frame around each signature. */
interface Viewport { width: number; height: number; convertToViewportRectangle(rect: readonly number[]): [number, number, number, number] }
interface Annotation { fieldType?: string; fieldName?: string; rect: readonly number[] }
interface PdfPage {
  getViewport(options: { scale: number }): Viewport;
  getAnnotations(): Promise<Annotation[]>;
  render(options: { canvas: HTMLCanvasElement; viewport: Viewport }): { promise: Promise<void> };
}
interface Pdf { numPages: number; getPage(number: number): Promise<PdfPage> }
interface Viewer {
  GlobalWorkerOptions: { workerSrc: string };
  getDocument(options: Readonly<Record<string, unknown>>): { promise: Promise<Pdf> };
}

const maxPages = 50;
/** A page is drawn this wide at most; a screen shows it smaller. */
const drawnWidth = 1_000;
const maxImagePixels = 40_000_000;

export interface Addresses { viewer: string; worker: string }

/** Nothing is shown where the file is no PDF; where it cannot be drawn, a sentence says so. The verdict does not depend on it. */
export async function drawPages(file: File, addresses: Addresses): Promise<void> {
  const place = document.querySelector<HTMLElement>('#pages');
  const list = place?.querySelector<HTMLElement>('.pages__list');
  if (!place || !list || !(await isPdf(file))) return;
  place.hidden = false;
  document.querySelector('#result')?.classList.add('result--pages');
  try {
    const pdf = await openPdf(file, addresses);
    const shown = Math.min(pdf.numPages, maxPages);
    const waiting = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        waiting.unobserve(target);
        void drawPage(pdf, target as HTMLElement).catch(() => sayFailed(place));
      }
    }, { rootMargin: '600px' });
    for (let number = 1; number <= shown; number++) {
      const sheet = sheetFor(number, label(place.dataset['page'], { number, total: pdf.numPages }));
      list.append(sheet);
      waiting.observe(sheet);
    }
  } catch {
    sayFailed(place);
  }
}

async function isPdf(file: File): Promise<boolean> {
  return new TextDecoder('latin1').decode(await file.slice(0, 1_024).arrayBuffer()).includes('%PDF-');
}

async function openPdf(file: File, { viewer: address, worker }: Addresses): Promise<Pdf> {
  const viewer = await import(address) as Viewer;
  viewer.GlobalWorkerOptions.workerSrc = worker;
  const data = new Uint8Array(await file.arrayBuffer());
  return viewer.getDocument({ data, isEvalSupported: false, enableXfa: false, useWasm: false, maxImageSize: maxImagePixels }).promise;
}

function sheetFor(number: number, text: string): HTMLElement {
  const sheet = document.createElement('figure');
  sheet.className = 'sheet';
  sheet.dataset['number'] = String(number);
  const caption = document.createElement('figcaption');
  caption.textContent = text;
  const paper = document.createElement('div');
  paper.className = 'sheet__paper';
  sheet.append(caption, paper);
  return sheet;
}

async function drawPage(pdf: Pdf, sheet: HTMLElement): Promise<void> {
  const page = await pdf.getPage(Number(sheet.dataset['number']));
  const plain = page.getViewport({ scale: 1 });
  const viewport = page.getViewport({ scale: drawnWidth / Math.max(plain.width, plain.height / 2) });
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(viewport.width);
  canvas.height = Math.ceil(viewport.height);
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', sheet.querySelector('figcaption')?.textContent ?? '');
  const paper = sheet.querySelector('.sheet__paper')!;
  paper.append(canvas);
  await page.render({ canvas, viewport }).promise;
  if (isBlank(canvas)) paper.append(blankNote());
  for (const { fieldType, fieldName, rect } of await page.getAnnotations()) {
    if (fieldType !== 'Sig' || fieldName === undefined) continue;
    const frame = frameFor(fieldName, viewport, rect);
    if (frame) paper.append(frame);
  }
  sheet.dataset['drawn'] = 'true';
}

/** A page whose contents were damaged is drawn as white as an empty one: no error is raised. */
function isBlank(canvas: HTMLCanvasElement): boolean {
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = new Uint32Array(data.buffer);
  return pixels.every((pixel) => pixel === pixels[0]);
}

function blankNote(): HTMLElement {
  const note = document.createElement('p');
  note.className = 'sheet__blank notice notice--warning';
  note.textContent = document.querySelector<HTMLElement>('#pages')?.dataset['blank'] ?? '';
  return note;
}

/** A link from the place on the page to what is said of that signature; none for a field nobody signed or that shows nothing. */
function frameFor(field: string, viewport: Viewport, rect: readonly number[]): HTMLElement | undefined {
  const signature = [...document.querySelectorAll<HTMLElement>('.signature[data-field]')].find(({ dataset }) => dataset['field'] === field);
  const [x1, y1, x2, y2] = viewport.convertToViewportRectangle(rect);
  const [left, top, width, height] = [Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1)];
  if (!signature || width < 1 || height < 1) return undefined;
  const frame = document.createElement('a');
  frame.className = `sheet__frame sheet__frame--${signature.dataset['outcome'] ?? ''}`;
  frame.href = `#${signature.id}`;
  const name = document.createElement('span');
  name.textContent = signature.querySelector('h2')?.textContent?.trim().replaceAll(/\s+/g, ' ') ?? '';
  frame.append(name);
  const share = (part: number, whole: number): string => `${(part / whole) * 100}%`;
  Object.assign(frame.style, {
    left: share(left, viewport.width), top: share(top, viewport.height), width: share(width, viewport.width), height: share(height, viewport.height),
  });
  return frame;
}

function sayFailed(place: HTMLElement): void {
  const said = place.querySelector<HTMLElement>('.pages__failed');
  if (said) said.hidden = false;
}

function label(text = '', facts: Readonly<Record<string, number>>): string {
  return text.replaceAll(/\[(\w+)\]/g, (_place, name: string) => String(facts[name] ?? ''));
}
