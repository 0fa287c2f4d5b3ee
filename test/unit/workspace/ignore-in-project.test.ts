/** A rule is switched off in a project file, and nothing else of the file changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../../server/dockerfile/text.ts';
import { projectFileWithout, ruleSwitchedOff } from '../../../server/workspace/ignore-in-project.ts';

function off(text: string): string {
  const edit = ruleSwitchedOff(text, 'root-user');
  assert.ok(edit, text);
  const result = applyEdits(text, [edit]);
  assert.equal(JSON.parse(result).rules['root-user'], 'off');
  return result;
}

test('a file of its own', () => {
  assert.equal(projectFileWithout('root-user'), '{\n  "rules": {\n    "root-user": "off"\n  }\n}\n');
});

test('into an empty object, beside other members, into the rules that are there', () => {
  assert.equal(off('{}'), '{\n  "rules": {\n    "root-user": "off"\n  }\n}');
  assert.equal(off('{ }\n'), '{\n  "rules": {\n    "root-user": "off"\n  }\n}\n');
  assert.equal(
    off('{\n    "family": "google"\n}\n'),
    '{\n    "family": "google",\n    "rules": {\n        "root-user": "off"\n    }\n}\n',
  );
  assert.equal(
    off('{\n\t"rules": {\n\t\t"a": "off"\n\t},\n\t"x": [1, {"rules": {}}]\n}'),
    '{\n\t"rules": {\n\t\t"a": "off",\n\t\t"root-user": "off"\n\t},\n\t"x": [1, {"rules": {}}]\n}',
  );
  assert.equal(off('{\n  "rules": {}\n}'), '{\n  "rules": {\n    "root-user": "off"\n  }\n}');
});

test('all on one line stays on one line; another severity is replaced; line endings stay', () => {
  assert.equal(off('{"rules": {"a": "off"}}'), '{"rules": {"a": "off", "root-user": "off"}}');
  assert.equal(off('{"rules":{"root-user":"error"},"x":"rules"}'), '{"rules":{"root-user":"off"},"x":"rules"}');
  assert.equal(
    off('{\r\n  "x": "}\\""\r\n}\r\n'),
    '{\r\n  "x": "}\\"",\r\n  "rules": {\r\n    "root-user": "off"\r\n  }\r\n}\r\n',
  );
  assert.equal(off('{"rules": {"root-user": "hint", "root-user": "error"}}').match(/"off"/g)?.length, 1);
});

test('nothing is written into what is no such file', () => {
  for (const text of ['', '{', '[]', '7', '{"rules": 7}', '{"rules": []}', '// x\n{}'])
    assert.equal(ruleSwitchedOff(text, 'root-user'), undefined, text);
});
