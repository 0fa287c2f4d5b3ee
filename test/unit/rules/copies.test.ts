import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseOf } from '../../../server/bases/effective.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { copiesOf, mayBring } from '../../../server/rules/copies.ts';

/** Whether the last instruction may put something at the path. */
function brings(instruction: string, path: string, before = 'FROM scratch'): boolean {
  const dockerfile = readDockerfile(`${before}\n${instruction}\n`);
  const stage = dockerfile.stages.at(-1);
  assert.ok(stage);
  const copy = copiesOf({ dockerfile, base: (one) => baseOf(dockerfile, one) }, stage).at(-1);
  assert.ok(copy);
  return mayBring(copy, path);
}

test('a file goes to its destination, or into it', () => {
  assert.equal(brings('COPY a.conf /etc/a.conf', '/etc/a.conf'), true);
  assert.equal(brings('COPY a.conf /etc/', '/etc/a.conf'), true);
  assert.equal(brings('COPY a.conf /etc/', '/etc/b.conf'), false);
  assert.equal(brings('COPY a.conf b.conf /etc/', '/etc/b.conf'), true);
  assert.equal(brings('COPY <<passwd /etc/\nx\npasswd', '/etc/passwd'), true);
  assert.equal(brings('COPY <<group /etc/\nx\ngroup', '/etc/passwd'), false);
});

test('a name without an ending, a pattern and an archive may be whole trees', () => {
  assert.equal(brings('COPY rootfs /', '/etc/passwd'), true);
  assert.equal(brings('COPY conf.d /etc/', '/etc/passwd'), true);
  assert.equal(brings('COPY *.conf /etc/', '/etc/passwd'), true);
  assert.equal(brings('ADD a.tar /', '/etc/passwd'), true);
  assert.equal(brings('COPY a.tar /', '/etc/passwd'), false);
  assert.equal(brings('COPY --from=x /etc/ssl /etc/ssl', '/etc/passwd'), false);
});

test('a copy below a path makes the path', () => {
  assert.equal(brings('COPY a.db /data/db/a.db', '/data'), true);
  assert.equal(brings('COPY a.db /database/a.db', '/data'), false);
});

test('--parents keeps the folders of the source', () => {
  assert.equal(brings('COPY --parents etc/ssl/ca.crt /', '/etc/ssl/ca.crt'), true);
  assert.equal(brings('COPY --parents root/./etc/ca.crt /', '/etc/ca.crt'), true);
  assert.equal(brings('COPY --parents etc/ca.crt /', '/ca.crt'), false);
});

test('relative destinations and variables', () => {
  assert.equal(brings('COPY a.txt .', '/srv/app/a.txt', 'FROM scratch\nWORKDIR /srv\nWORKDIR app'), true);
  assert.equal(brings('COPY a.txt $TO/', '/srv/a.txt', 'FROM scratch\nENV TO=/srv'), true);
  assert.equal(brings('COPY a.txt $TO/', '/etc/a.txt', 'FROM scratch\nENV TO=/srv'), false);
  assert.equal(brings('COPY a.txt $TO/', '/etc/passwd', 'FROM scratch\nARG TO'), true);
  assert.equal(brings('COPY a.txt $TO/', '/etc/passwd', 'FROM scratch'), false);
  assert.equal(brings('COPY a.txt .', '/etc/a.txt', 'FROM registry.example.com/base'), true);
});

test('what ONBUILD copies into the stage that is built on it', () => {
  const dockerfile = readDockerfile('FROM scratch AS a\nONBUILD COPY x /y/\nFROM a\nFROM a\nCOPY z /z\n');
  const destinations = dockerfile.stages.map((stage) =>
    copiesOf({ dockerfile, base: (one) => baseOf(dockerfile, one) }, stage).map(({ destination }) => destination),
  );
  assert.deepEqual(destinations, [[], ['/y'], ['/y', '/z']]);
});
