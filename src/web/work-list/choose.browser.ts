/** Chooses every request of the page at once, or none; without script each is chosen by itself. */
const button = document.querySelector<HTMLButtonElement>('#choose-all');
const boxes = [...document.querySelectorAll<HTMLInputElement>('input[name=chosen]')];

if (button) {
  const [all, none] = [button.textContent, button.dataset['none'] ?? ''];
  const show = (): void => { button.textContent = boxes.every(({ checked }) => checked) ? none : all; };
  button.addEventListener('click', () => {
    const choose = !boxes.every(({ checked }) => checked);
    for (const box of boxes) box.checked = choose;
    show();
  });
  for (const box of boxes) box.addEventListener('change', show);
  window.addEventListener('pageshow', show);
  show();
  button.hidden = false;
}

export {};
