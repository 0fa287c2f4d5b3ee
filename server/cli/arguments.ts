/** The command line's options. */
import { parseArgs } from 'node:util';

const OPTIONS = {
  format: { type: 'string', default: 'text' },
  'fail-on': { type: 'string', default: 'error' },
  layer: { type: 'string' },
  platform: { type: 'string' },
  cache: { type: 'string' },
  memory: { type: 'string', default: '1024' },
  target: { type: 'string' },
  family: { type: 'string' },
  diff: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

export type Arguments = ReturnType<typeof parseArguments>;
export type Options = Arguments['values'];

/** Throws Node's own error, whose first sentence names the option that is not known. */
export function parseArguments(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}
