#!/usr/bin/env node
/** Entry of the command line: arguments in, text or JSON out, and an exit status that CI can act on. */
import manifest from '../package.json' with { type: 'json' };
import { type Arguments, parseArguments } from './cli/arguments.ts';
import { inBounds, isBounded } from './cli/bounded.ts';
import { check } from './cli/check.ts';
import { compare } from './cli/compare.ts';
import { convertFile } from './cli/convert.ts';
import { files, inspect } from './cli/image.ts';
import { InputError, type Output, standardOutput, UsageError } from './cli/output.ts';
import { ImageError } from './images/source.ts';

const HELP = `Usage: distroless COMMAND [OPTIONS]

  check [PATH…]      say what will not work, or does not belong, in the Dockerfiles of these files and folders
                     (- for standard input; without a path: the current folder)
  convert FILE       print the Dockerfile as a multi-stage build with a distroless final stage
      --diff         print what would change      --write   change the file
      --target STAGE the stage to convert, by name or number; default: the last
      --family google|chainguard|dhi|chiselled|static
                     whose base image it ends in; default: the best fit
  inspect IMAGE      layers, flagged components, packages and waste of an image
  files IMAGE        every file of the image, or with --layer N of that layer (1 is the lowest)
  compare IMAGE IMAGE
                     what the second has other than the first: size, layers, configuration, flagged components,
                     packages, files

  --format text|json          default: text (files: one JSON object a line)
           sarif              check: for code scanning
           cyclonedx|spdx     inspect: the packages as a bill of materials, CycloneDX 1.6 or SPDX 2.3 in JSON
  --platform os/arch[/variant]
                              of an image that is there for several
  --cache FOLDER              keep what was read of layers there, and do not read them again; default: nothing is kept
  --memory MB                 what reading an image may use; default: 1024
  --fail-on error|warning|info|hint|never
                              from which severity on findings end with status 1; default: error
  --version, --help

IMAGE is docker-daemon:NAME, docker-archive:FILE[:NAME], oci:DIR[:TAG], oci-archive:FILE[:TAG], docker://NAME for
one in a registry, the path of an archive or layout, or a name in the engine.

Exit status: 0 nothing found; 1 findings, or a declined conversion; 2 wrong usage, or an input that cannot be read.
`;

/** Besides text and JSON. */
const FURTHER_FORMATS: Readonly<Record<string, readonly string[]>> = {
  check: ['sarif'],
  inspect: ['cyclonedx', 'spdx'],
};

const COMMANDS = { check, convert: convertFile, inspect, files, compare } as const;

async function run(args: readonly string[], output: Output, signal: AbortSignal): Promise<number> {
  const { values, positionals } = parsed(args);
  if (values.version) {
    output.line(manifest.version);
    return 0;
  }
  const [name, ...rest] = positionals;
  if (values.help || name === undefined || name === 'help') {
    output.text(HELP);
    return values.help || name === 'help' ? 0 : 2;
  }
  if (!Object.hasOwn(COMMANDS, name)) throw new UsageError(`There is no command “${name}”.`);
  const formats = ['text', 'json', ...(FURTHER_FORMATS[name] ?? [])];
  if (!formats.includes(values.format)) {
    const these = `${formats.slice(0, -1).join(', ')} or ${formats.at(-1)}`;
    throw new UsageError(`For ${name}, --format takes ${these}, not “${values.format}”.`);
  }
  if (name !== 'check' && name !== 'convert' && !isBounded()) return inBounds(args, values.memory);
  return COMMANDS[name as keyof typeof COMMANDS](rest, values, output, signal);
}

function parsed(args: readonly string[]): Arguments {
  try {
    return parseArguments(args);
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}.`);
  }
}

async function main(): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => {
    stop.abort();
    process.exit(130);
  });
  // A reader such as `head` that has seen enough ends us quietly.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
  const output = standardOutput();
  try {
    process.exitCode = await run(process.argv.slice(2), output, stop.signal);
  } catch (error) {
    output.progress('');
    const wrongUsage = error instanceof UsageError;
    const meant = wrongUsage || error instanceof InputError || error instanceof ImageError;
    const message = meant ? error.message : String(error);
    process.stderr.write(`distroless: ${message}${wrongUsage ? ' See distroless --help.' : ''}\n`);
    process.exitCode = 2;
  }
}

void main();
