/** Where the command line writes: results to standard output, progress to standard error and only to a terminal. */

export interface Output {
  text(text: string): void;
  line(text: string): void;
  /** Replaces the last progress line; the empty string clears it. */
  progress(text: string): void;
  /** Waits while the reader of a pipe is slower than we are. */
  drained(): Promise<void>;
}

/** Wrong arguments: status 2 and one sentence. */
export class UsageError extends Error {}

/** Something that was given cannot be used: status 2 and one sentence. */
export class InputError extends Error {}

export function standardOutput(): Output {
  const { stdout, stderr } = process;
  // Undefined where it is no terminal; what is started by us writes through us to ours.
  const columns = stderr.isTTY ? (stderr.columns ?? 80) : Number(process.env.DISTROLESS_COLUMNS) || undefined;
  let shown = false;
  return {
    text: (text) => void stdout.write(text),
    line: (text) => void stdout.write(`${text}\n`),
    progress(text) {
      if (columns === undefined || (!shown && text === '')) return;
      stderr.write(`\r\x1b[K${text.slice(0, columns - 1)}`);
      shown = text !== '';
    },
    async drained() {
      if (stdout.writableNeedDrain) await new Promise((resolve) => stdout.once('drain', resolve));
    },
  };
}

/** 12 B, 3.4 kB, 56 MB: powers of 1000, as Docker shows sizes. */
export function humanSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(value >= 9.95 ? 1 : 2)} ${units[unit]}`;
}

/** What an image or a file calls itself must not steer the terminal: control and bidirectional characters become visible. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
