/** `.distroless.json` */
import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { matchesGlob } from '../../../server/dockerfile/glob.ts';
import { type Known, readProjectFile, saidAt, severitiesFor } from '../../../server/workspace/project-file.ts';

const PATH = resolve('/project/.distroless.json');
const KNOWN: Known = { rules: new Set(['root-user', 'shell-form']), families: ['google'] as const };
const read = (file: unknown) => readProjectFile(PATH, typeof file === 'string' ? file : JSON.stringify(file), KNOWN);
const at = (path: string) => join(resolve('/project'), path);

test('all that it can say', () => {
  const { project, problems } = read({
    $schema: 'x',
    rules: { 'root-user': 'off' },
    ignore: [
      { rule: 'shell-form', path: 'tools/**' },
      { rule: ['all'], path: ['old/*', 'x.Dockerfile'] },
    ],
    target: { 'api/*': ['final', 'debug'], '**/web.Dockerfile': 'web' },
    context: 'src',
    family: 'google',
  });
  assert.deepEqual(problems, []);
  assert.ok(project);
  assert.deepEqual(project.rules, { 'root-user': 'off' });
  assert.equal(project.family, 'google');
  assert.equal(project.context.everywhere, 'src');
  assert.deepEqual(severitiesFor(project, at('tools/a/Dockerfile')).ignored, ['shell-form']);
  assert.deepEqual(severitiesFor(project, at('old/Dockerfile')).ignored, ['root-user', 'shell-form']);
  assert.deepEqual(severitiesFor(project, at('Dockerfile')).ignored, []);
  assert.deepEqual(saidAt(project.target, project, at('api/Dockerfile')), ['final', 'debug']);
  assert.deepEqual(saidAt(project.target, project, at('api/web.Dockerfile')), ['web'], 'the last that fits');
  assert.equal(saidAt(project.target, project, at('Dockerfile')), undefined);
});

test('an empty one says nothing', () => {
  const { project, problems } = read('\uFEFF{}');
  assert.deepEqual(problems, []);
  assert.deepEqual(project?.rules, {});
});

test('what is not JSON is not used, and one sentence says where', () => {
  const [broken, ...more] = read('{\n  "rules": {\n    oops\n').problems;
  assert.deepEqual(more, []);
  assert.equal(broken, `“${PATH}” is not JSON (line 3), so it is not used. Mend it there.`);
  assert.match(read('{\n"rules": {').problems[0]!, /\(line 2\)/);
  for (const text of ['', '[]', '7', 'null', '// x\n{}']) {
    const { project, problems } = read(text);
    assert.equal(project, undefined);
    assert.equal(problems.length, 1, text);
    assert.match(problems[0]!, /^“.+\.distroless\.json” .+\. .+\.$/);
  }
});

test('a part that cannot be used is named, and the others are used', () => {
  const parts: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ rule: {} }, /“rule” is not known/],
    [{ rules: [] }, /“rules” is no object/],
    [{ rules: { 'rot-user': 'off' } }, /no rule is called “rot-user”/],
    [
      { rules: { 'shell-form': 'loud' } },
      /the severity of “shell-form” is not known.* “error”, “warning”, “info”, “hint”, “off”/,
    ],
    [{ ignore: {} }, /“ignore” is no list/],
    [{ ignore: [{ rule: 'shell-form' }] }, /lacks “rule” or “path”/],
    [{ ignore: [{ rule: 'nope', path: 'x' }] }, /no rule is called “nope”/],
    [{ target: 7 }, /“target” names no stage/],
    [{ target: { x: [] } }, /“target” names no stage/],
    [{ context: ['a'] }, /“context” names no folder/],
    [{ family: 'redhat' }, /“family” .* “google”/],
  ];
  for (const [part, sentence] of parts) {
    const { project, problems } = read({ rules: { 'root-user': 'hint' }, ...part });
    assert.equal(problems.length, 1, JSON.stringify(part));
    assert.match(problems[0]!, sentence);
    assert.match(problems[0]!, /^In “.+\.distroless\.json”, .+\. .+\.$/);
    if (!('rules' in part)) assert.deepEqual(project?.rules, { 'root-user': 'hint' });
  }
});

test('names of what every object has are no rules, and hurt nothing', () => {
  const { project, problems } = read(
    '{ "__proto__": { "rules": 1 }, "rules": { "__proto__": "off", "constructor": "off" } }',
  );
  assert.equal(problems.length, 3);
  assert.deepEqual(project?.rules, {});
  assert.equal(({} as Record<string, unknown>).rules, undefined);
});

test('patterns of paths', () => {
  const fits = (pattern: string, path: string) => assert.ok(matchesGlob(pattern, path), `${pattern} ${path}`);
  const fitsNot = (pattern: string, path: string) => assert.ok(!matchesGlob(pattern, path), `${pattern} ${path}`);
  fits('Dockerfile', 'Dockerfile');
  fits('./a/Dockerfile', 'a/Dockerfile');
  fits('*/Dockerfile*', 'a/Dockerfile.dev');
  fits('**', 'a/b/c');
  fits('**/Dockerfile', 'Dockerfile');
  fits('a/**/z', 'a/z');
  fits('a/**/z', 'a/b/c/z');
  fits('a/', 'a/b/c');
  fits('?.Dockerfile', 'x.Dockerfile');
  fits('*a*b*c', 'xxaxxbxxabc');
  fitsNot('Dockerfile', 'a/Dockerfile');
  fitsNot('*', 'a/b');
  fitsNot('a/**/z', 'b/z');
  fitsNot('?', 'ab');
  fitsNot('a.c', 'abc');
  fitsNot('a', 'a/b');
  fitsNot(`${'*a'.repeat(500)}b`, 'a'.repeat(5_000));
  fitsNot(`${'**/'.repeat(300)}z`, `${'a/'.repeat(300)}b`);
});
