import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matcher } from '../../../server/images/glob.ts';
import { search } from '../../../server/images/search.ts';
import { imageView } from '../../../server/images/view.ts';
import { dir, file, symlink, whiteout } from '../../support/image-builder.ts';
import { merged } from '../../support/images.ts';

async function found(words: string, limit = 100): Promise<{ paths: string[]; total: number }> {
  const view = imageView(
    await merged(
      [
        dir('usr/lib'),
        symlink('lib', 'usr/lib'),
        file('usr/lib/libssl.so.3'),
        file('usr/lib/libssl3/README'),
        file('usr/share/doc/openssl/README.md'),
        file('etc/ssl/openssl.cnf'),
        file('etc/passwd'),
        file('app/SSL'),
        file('gone/ssl'),
      ],
      [whiteout('gone')],
    ),
  );
  const { nodes, total } = search(view, words, limit);
  return { paths: nodes.map((node) => view.path(node)), total };
}

test('a part of a name, in either case: the name itself first, then what begins with it', async () => {
  assert.deepEqual((await found(' ssl ')).paths, [
    '/app/SSL',
    '/etc/ssl',
    '/etc/ssl/openssl.cnf',
    '/usr/lib/libssl.so.3',
    '/usr/lib/libssl3',
    '/usr/share/doc/openssl',
  ]);
  assert.deepEqual((await found('libssl')).paths, ['/usr/lib/libssl.so.3', '/usr/lib/libssl3']);
});

test('with a slash, a part of the path', async () => {
  assert.deepEqual((await found('openssl/read')).paths, ['/usr/share/doc/openssl/README.md']);
  assert.deepEqual((await found('/etc/')).paths, ['/etc/passwd', '/etc/ssl', '/etc/ssl/openssl.cnf']);
});

test('patterns are for whole names, or for whole paths', async () => {
  assert.deepEqual((await found('*.so.?')).paths, ['/usr/lib/libssl.so.3']);
  assert.deepEqual((await found('README*')).paths, ['/usr/lib/libssl3/README', '/usr/share/doc/openssl/README.md']);
  assert.deepEqual((await found('readme*')).paths, []);
  assert.deepEqual((await found('/etc/*')).paths, ['/etc/passwd', '/etc/ssl']);
  assert.deepEqual((await found('/usr/**/*.md')).paths, ['/usr/share/doc/openssl/README.md']);
  assert.deepEqual((await found('ssl/*.cnf')).paths, ['/etc/ssl/openssl.cnf']);
});

test('no more than asked for, and how many there are', async () => {
  assert.deepEqual(await found('ssl', 2), { paths: ['/app/SSL', '/etc/ssl'], total: 6 });
  assert.deepEqual(await found('  '), { paths: [], total: 0 });
  assert.deepEqual(await found('nowhere'), { paths: [], total: 0 });
});

test('sets, ranges, and what looks like a set and is none', () => {
  const matches = (pattern: string, text: string) => matcher(pattern).matches(text);
  assert.ok(matches('lib[a-c].so', 'libb.so'));
  assert.ok(!matches('lib[a-c].so', 'libd.so'));
  assert.ok(matches('lib[!a-c].so', 'libd.so'));
  assert.ok(!matches('lib[!a-c].so', 'liba.so'));
  assert.ok(matches('a[]]b', 'a]b'));
  assert.ok(matches('a[-]b', 'a-b'));
  assert.ok(matches('a[b', 'a[b'));
  assert.ok(matches('a.b', 'a.b') && !matches('a.b', 'axb'));
});

test('** stands for any folders, also none', () => {
  const matches = (pattern: string, text: string) => matcher(pattern).matches(text);
  assert.ok(matches('/a/**/b', '/a/b'));
  assert.ok(matches('/a/**/b', '/a/x/y/b'));
  assert.ok(!matches('/a/**/b', '/c/a/b'));
  assert.ok(matches('/a/**', '/a/x/y'));
  assert.ok(!matches('/a/*', '/a/x/y'));
});

test('a pattern that asks for patience gets an answer', () => {
  const { matches } = matcher(`${'*a'.repeat(200)}b`);
  assert.equal(matches('a'.repeat(4096)), false);
});
