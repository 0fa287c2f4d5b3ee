/** `java` is given a jar without `-jar`, or something else where the base's entrypoint already says `-jar`. */

import type { Base } from '../bases/base.ts';
import type { Dockerfile, Stage, Word } from '../dockerfile/dockerfile.ts';
import { execForm } from '../dockerfile/writing.ts';
import { keywordLike, replace } from './edits.ts';
import type { Rule, Trouble } from './rule.ts';
import { programName, type Start, startsOf } from './starts.ts';

export const javaJar: Rule = {
  id: 'java-jar',
  group: 'cannot start',
  severity: 'error',
  why: 'Without `-jar`, java takes the name of a jar for that of a class. Chainguard’s images start plain `java`, Google’s start `java -jar`: what CMD has to hold differs.',
  example: {
    before: 'FROM cgr.dev/chainguard/jre:latest\nCOPY app.jar .\nCMD ["app.jar"]\n',
    after: 'FROM cgr.dev/chainguard/jre:latest\nCOPY app.jar .\nCMD ["-jar", "app.jar"]\n',
  },
  *check({ dockerfile, base }) {
    for (const stage of dockerfile.stages) {
      const image = base(stage);
      for (const start of startsOf(dockerfile, stage, image)) {
        const entrypoint = start.role === 'base' ? (image?.entrypoint ?? []) : [];
        const trouble =
          entrypoint.length === 2 && programName(entrypoint[0]!) === 'java' && entrypoint[1] === '-jar' && image
            ? afterJar(dockerfile, stage, start, image, entrypoint)
            : withoutJar(start, entrypoint);
        if (trouble) yield trouble;
      }
    }
  },
};

/** `java app.jar`, by the words themselves or with the entrypoint before them. */
function withoutJar({ words, role }: Start, entrypoint: readonly string[]): Trouble | undefined {
  const java = role === 'base' ? entrypoint : words[0] ? [words[0].value] : [];
  if (role === 'other' || java.length !== 1 || programName(java[0]!) !== 'java') return undefined;
  const given = role === 'base' ? words : words.slice(1);
  const what = given[firstOperand(given)];
  if (!what || !/\.jar$/.test(what.value)) return undefined;
  const { start } = what.range;
  return {
    message: `Without “-jar”, java takes “${what.value}” for the name of a class. Write “-jar” before it.`,
    range: what.range,
    fixes: [{ title: 'Write “-jar” before it', edits: [replace({ start, end: start }, '"-jar", ')], safe: true }],
  };
}

/** What follows `java -jar`, behind options of java, is the jar, not a class. Measured with Java 17. */
function afterJar(
  dockerfile: Dockerfile,
  stage: Stage,
  { instruction, words }: Start,
  image: Base,
  entrypoint: readonly string[],
): Trouble | undefined {
  const values = words.map(({ value }) => value);
  if (!instruction.command || values.includes('-jar') || programName(values[0] ?? '') === 'java') return undefined;
  const at = firstOperand(words);
  const what = words[at];
  const hasClassPath = values.slice(0, at).some((value) => /^(-cp|-classpath|--class-path)(=|$)/.test(value));
  if (!what || !(hasClassPath ? !/\.jar$/.test(what.value) : CLASS.test(what.value))) return undefined;
  const after = [entrypoint[0]!, ...values];
  return {
    message: `“${image.reference}” starts “${entrypoint.join(' ')}”, so “${what.value}” is taken for the jar. Make it an ENTRYPOINT that begins with “${entrypoint[0]}”.`,
    range: what.range,
    fixes: [
      {
        title: `Make it the ENTRYPOINT: ${after.join(' ')}`,
        edits: [
          replace(instruction.keywordRange, keywordLike(dockerfile, stage, 'ENTRYPOINT')),
          replace(instruction.command.range, execForm(after)),
        ],
      },
    ],
  };
}

/** Nobody nests packages deeper, and without a limit the match of a long word would exhaust the stack. */
const CLASS = /^([a-z_]\w*\.){1,50}[A-Z]\w*$/;

/** The position of the first word that is neither an option nor the value of one. */
function firstOperand(words: readonly Word[]): number {
  let i = 0;
  while (i < words.length) {
    const { value } = words[i]!;
    if (value === '-jar' || value === '-m' || value === '--module') return words.length;
    if (!value.startsWith('-') && !value.startsWith('@')) return i;
    i +=
      /^(-cp|-classpath|--class-path|-p|--module-path|--add-modules|--add-opens|--add-exports|--add-reads|--upgrade-module-path|--limit-modules|--enable-native-access)$/.test(
        value,
      )
        ? 2
        : 1;
  }
  return i;
}
