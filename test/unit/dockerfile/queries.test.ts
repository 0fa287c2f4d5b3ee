import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CopySource, Dockerfile, Instruction, Stage } from '../../../server/dockerfile/dockerfile.ts';
import {
  commandWords,
  copySource,
  lastBefore,
  lastOf,
  mountSources,
  rootStage,
  shellInForce,
  shippedStages,
  stageOf,
} from '../../../server/dockerfile/queries.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';

const show = (source: CopySource | undefined) =>
  source?.kind === 'stage' ? source.stage : source?.kind === 'image' ? source.reference : source?.kind;
/** The last stage, and its last instruction. */
const end = (dockerfile: Dockerfile): [Dockerfile, Stage, Instruction] => {
  const stage = dockerfile.stages.at(-1)!;
  return [dockerfile, stage, stage.instructions.at(-1)!];
};
const source = (text: string) => show(copySource(...end(readDockerfile(text))));
const stage = (dockerfile: Dockerfile, index: number) => dockerfile.stages[index]!;
const lastWords = (text: string, keyword: string) => {
  const [dockerfile, last] = end(readDockerfile(text));
  const found = lastOf(dockerfile, last, keyword)?.instruction;
  const words = found?.command?.kind === 'exec' ? found.command.words : found?.args;
  return words?.map(({ value }) => value).join(' ');
};

test('COPY --from finds stages by name in any case, and by number', () => {
  const two = 'FROM a AS Build\nFROM b AS c\nFROM d\n';
  assert.equal(source(`${two}COPY --from=build x y`), 0);
  assert.equal(source(`${two}COPY --from=BUILD x y`), 0);
  assert.equal(source(`${two}COPY --link --from=1 x y`), 1);
  assert.equal(source(`${two}COPY x y`), undefined);
});

test('what is no stage is an image', () => {
  assert.equal(source('FROM a\nCOPY --from=nginx:1 x y'), 'nginx:1');
});

test('a stage that is not there yet, the stage itself and variables have no answer', () => {
  assert.equal(source('FROM a\nCOPY --from=0 x y'), 'unknown');
  assert.equal(source('FROM a\nCOPY --from=7 x y'), 'unknown');
  assert.equal(source('FROM a AS b\nCOPY --from=b x y'), 'unknown');
  assert.equal(source('FROM a AS b\nFROM c\nCOPY --from=$X x y'), 'unknown');
  const dockerfile = readDockerfile('FROM a\nCOPY --from=late x y\nFROM b AS late');
  assert.equal(show(copySource(dockerfile, stage(dockerfile, 0), stage(dockerfile, 0).instructions[0]!)), 'unknown');
});

test('RUN --mount may take from stages and images', () => {
  const text =
    'FROM a AS b\nFROM c\nRUN --mount=type=bind,from=b,source=/x --mount=type=cache,target=/y --mount=from=d:1 ls';
  assert.deepEqual(mountSources(...end(readDockerfile(text))).map(show), [0, 'd:1']);
  const numbered = 'FROM a AS b\nFROM c\nRUN --mount=from=0 x';
  assert.deepEqual(mountSources(...end(readDockerfile(numbered))).map(show), ['0']);
});

test('the shell in force is that of the last SHELL before, here or in a stage below', () => {
  const dockerfile = readDockerfile(
    'FROM a AS b\nRUN 1\nSHELL ["bash", "-c"]\nRUN 2\nFROM b\nRUN 3\nFROM a\nRUN 4\nSHELL sh\nRUN 5',
  );
  const shells = dockerfile.stages.flatMap((it) =>
    it.instructions.filter(({ keyword }) => keyword === 'RUN').map((run) => shellInForce(dockerfile, it, run)),
  );
  const bash = { kind: 'set', words: ['bash', '-c'] };
  const byDefault = { kind: 'default' };
  assert.deepEqual(shells, [byDefault, bash, bash, byDefault, byDefault]);
});

test('the last instruction of a kind counts, also that of the stages below', () => {
  assert.equal(lastWords('FROM a\nUSER b\nUSER c', 'USER'), 'c');
  assert.equal(lastWords('FROM a AS b\nUSER c\nFROM b\nRUN d', 'USER'), 'c');
  assert.equal(lastWords('FROM a AS b\nUSER c\nFROM a\nRUN d', 'USER'), undefined);
  const [dockerfile, last] = end(readDockerfile('FROM a AS b\nUSER c\nFROM b AS d\nFROM d'));
  assert.equal(lastOf(dockerfile, last, 'USER')?.stage.index, 0);
});

test('ENTRYPOINT takes away the CMD of what the stage is built on, not its own', () => {
  assert.equal(lastWords('FROM a AS b\nCMD ["c"]\nFROM b\nENTRYPOINT ["d"]', 'CMD'), undefined);
  assert.equal(lastWords('FROM a AS b\nCMD ["c"]\nFROM b\nCMD ["e"]\nENTRYPOINT ["d"]', 'CMD'), 'e');
  assert.equal(lastWords('FROM a AS b\nCMD ["c"]\nENTRYPOINT ["d"]\nFROM b\nRUN x', 'CMD'), 'c');
  assert.equal(lastWords('FROM a AS b\nENTRYPOINT ["d"]\nFROM b\nCMD ["c"]', 'ENTRYPOINT'), 'd');
});

test('what ONBUILD leaves to a stage stands before its own', () => {
  const below = 'FROM a AS b\nCMD ["c"]\nONBUILD ENTRYPOINT ["d"]\nONBUILD USER e\nONBUILD SHELL ["f"]\n';
  assert.equal(lastWords(`${below}FROM b`, 'ENTRYPOINT'), 'd');
  assert.equal(lastWords(`${below}FROM b`, 'CMD'), undefined);
  assert.equal(lastWords(`${below}FROM b\nUSER g`, 'USER'), 'g');
  assert.equal(lastWords(below, 'USER'), undefined);
  assert.equal(lastWords(`${below}FROM a`, 'USER'), undefined);
  // It is not handed on further.
  assert.equal(lastWords(`${below}FROM b AS g\nUSER h\nFROM g`, 'USER'), 'h');
  assert.deepEqual(shellInForce(...end(readDockerfile(`${below}FROM b\nRUN g`))), { kind: 'set', words: ['f'] });
});

test('thousands of stages on thousands of triggers are answered in bounded time', () => {
  const text = `FROM a AS b\n${'ONBUILD USER c\n'.repeat(5_000)}${'FROM b\n'.repeat(5_000)}`;
  assert.equal(lastWords(text, 'USER'), undefined);
});

test('what stands before an instruction', () => {
  const dockerfile = readDockerfile('FROM a AS b\nUSER c\nFROM b\nRUN d\nUSER e\nRUN f');
  const [run, , after] = stage(dockerfile, 1).instructions;
  assert.equal(lastBefore(dockerfile, stage(dockerfile, 1), 'USER', run!)?.instruction.args[0]?.value, 'c');
  assert.equal(lastBefore(dockerfile, stage(dockerfile, 1), 'USER', after!)?.instruction.args[0]?.value, 'e');
});

test('only the target and the stages that it is built FROM are shipped', () => {
  const dockerfile = readDockerfile('FROM a AS b\nFROM b AS c\nFROM d AS e\nFROM c\nCOPY --from=e x y');
  assert.deepEqual(shippedStages(dockerfile), new Set([3, 1, 0]));
  assert.deepEqual(shippedStages(dockerfile, 2), new Set([2]));
  assert.deepEqual(shippedStages(readDockerfile('')), new Set());
});

test('the stage at the bottom, and the stage around an instruction', () => {
  const dockerfile = readDockerfile('ARG x\nFROM a AS b\nRUN 1\nFROM b\nRUN 2');
  assert.equal(rootStage(dockerfile, stage(dockerfile, 1)).index, 0);
  assert.deepEqual(
    dockerfile.instructions.map((it) => stageOf(dockerfile, it)?.index),
    [undefined, 0, 0, 1, 1],
  );
});

test('the words of a command', () => {
  const [, , exec] = end(readDockerfile('FROM a\nCMD ["b", "c d"]'));
  const [, , shell] = end(readDockerfile('FROM a\nCMD b c'));
  assert.deepEqual(commandWords(exec.command!), ['b', 'c d']);
  assert.equal(commandWords(shell.command!), undefined);
});
