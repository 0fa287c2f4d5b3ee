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
