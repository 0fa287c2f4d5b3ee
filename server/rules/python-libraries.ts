/** A Python package that loads a shared library which the base does not have. */
import type { Dockerfile, Instruction } from '../dockerfile/dockerfile.ts';
import { pythonLibraries as libraries } from '../facts/python-libraries.ts';
import { bringsLibraries } from './linkage.ts';
import type { Check, Trouble } from './rule.ts';
import { runCommands } from './run.ts';
import { shipments } from './shipped.ts';

/** For missing-libraries: the distroless image for Python has only what Python itself needs. */
export function* pythonLibraries(check: Check): Generator<Trouble> {
  for (const shipment of shipments(check)) {
    const { base, root, taken } = shipment;
    if (!base.distroless || base.runtime?.language !== 'python' || !root.image || bringsLibraries(shipment)) continue;
    const files = new Set(
      [...taken.keys()].flatMap((index) =>
        (check.dockerfile.stages[index]?.instructions ?? []).flatMap(requirementsOf),
      ),
    );
    for (const path of files) {
      const needed = neededBy(check.context.get(path)?.text);
      if (!needed) continue;
      yield {
        message: `“${needed.name}” in ${path} loads ${needed.library}, which “${base.reference}” has not. ${needed.instead ? `Use “${needed.instead}” instead, or copy` : 'Copy'} the library and what it needs from the build stage.`,
        range: root.image.range,
        severity: 'warning',
      };
      break;
    }
  }
}

export function requirementFiles({ instructions }: Dockerfile): readonly string[] {
  return [...new Set(instructions.flatMap(requirementsOf))];
}

/** The files of `pip install -r FILE`, by name only: where a COPY put them does not matter. */
function requirementsOf(instruction: Instruction): string[] {
  return runCommands(instruction).flatMap(({ words }) =>
    words.flatMap(({ value }, i) => {
      const file = /^(-r|--requirement)$/.test(words[i - 1]?.value ?? '')
        ? value
        : /^(?:-r|--requirement=)(.+\.txt)$/.exec(value)?.[1];
      return file && /^[\w./-]+\.txt$/.test(file) && !file.includes('..') ? [file.replace(/^(.*\/)/, '')] : [];
    }),
  );
}

function neededBy(text: string | undefined) {
  for (const line of (text ?? '').split('\n')) {
    const [, written = '', extras = ''] = /^\s*([A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?/.exec(line) ?? [];
    const found = libraries.get(written.toLowerCase().replace(/[._]/g, '-'));
    if (found && !/binary/.test(extras)) return { name: written, ...found };
  }
  return undefined;
}
