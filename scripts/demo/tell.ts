/** Tells a story on a terminal: a numbered step, what happened, how long it took, where to look. */
export interface Teller {
  title(text: string): void;
  /** Runs one step and tells it when it is done; what `run` returns is handed on. */
  step<T>(title: string, run: (say: (line: string) => void) => Promise<T>): Promise<T>;
  line(text?: string): void;
}

const width = 66;

/** @param write where the lines go; @param clock milliseconds, for the time each step took */
export function teller(write: (text: string) => void, clock: () => number, colour: boolean): Teller {
  const paint = (code: string, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  let count = 0;
  const line = (text = ''): void => write(`${text}\n`);
  return {
    line,
    title: (text) => {
      line();
      line(paint('1', text));
    },
    step: async (title, run) => {
      const number = String(++count).padStart(2);
      const said: string[] = [];
      const started = clock();
      const result = await run((text) => said.push(text));
      const took = `${Math.round(clock() - started).toLocaleString('en')} ms`;
      line();
      line(`${paint('36', number)}  ${paint('1', title)} ${paint('2', '.'.repeat(Math.max(2, width - title.length)))} ${took}`);
      for (const text of said) line(`    ${text.startsWith('http') ? paint('34', text) : text}`);
      return result;
    },
  };
}
