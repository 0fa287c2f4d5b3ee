/** What compose and bake files say of builds. */
import assert from 'node:assert/strict';
import { basename, dirname, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { bakeBuilds } from '../../../server/workspace/bake.ts';
import type { Build, Builds } from '../../../server/workspace/build.ts';
import { composeBuilds } from '../../../server/workspace/compose.ts';

const ROOT = resolve('/project');

/** `Dockerfile in . → target`, one a line. */
function shown({ builds }: Builds): string[] {
  const target = ({ target: it }: Build) => (it.kind === 'named' ? it.name : `(${it.kind})`);
  return builds.map(
    (build) => `${relative(ROOT, build.dockerfile)} in ${relative(ROOT, build.context) || '.'} → ${target(build)}`,
  );
}

const files = (texts: Record<string, string>) =>
  Object.entries(texts).map(([path, text]) => ({
    path: resolve(ROOT, path),
    folder: dirname(resolve(ROOT, path)),
    text,
  }));
const compose = (texts: string | Record<string, string>) =>
  composeBuilds(files(typeof texts === 'string' ? { 'compose.yaml': texts } : texts));
const bake = (texts: string | Record<string, string>) =>
  bakeBuilds(files(typeof texts === 'string' ? { 'docker-bake.hcl': texts } : texts));

test('compose: short form, long form, defaults', () => {
  const text = `
services:
  short: { build: ./api }
  long:
    build:
      context: web
      dockerfile: docker/Dockerfile.web
      target: final
  plain:
    build: {}
  above: { build: { context: .., dockerfile: project/x.Dockerfile } }
  pulled: { image: redis }
`;
  assert.deepEqual(shown(compose(text)), [
    'api/Dockerfile in api → (default)',
    'web/docker/Dockerfile.web in web → final',
    'Dockerfile in . → (default)',
    'x.Dockerfile in .. → (default)',
  ]);
});

test('compose: what is computed, remote or written inline is not known', () => {
  const text = `
services:
  a: { build: { context: ., target: "\${TARGET:-final}" } }
  b: { build: { context: "\${DIR}" } }
  c: { build: https://github.com/x/y.git }
  d: { build: git@github.com:x/y }
  e: { build: { dockerfile_inline: "FROM scratch" } }
  f: { build: { dockerfile: cost$$.Dockerfile } }
  g: { build: { target: 2 } }
`;
  assert.deepEqual(shown(compose(text)), [
    'Dockerfile in . → (unknown)',
    'cost$.Dockerfile in . → (default)',
    'Dockerfile in . → 2',
  ]);
});

test('compose: anchors, merge keys, tags of its own, and what an override adds', () => {
  const texts = {
    'compose.override.yaml': 'services:\n  api:\n    build:\n      target: dev\n  web: !reset null\n',
    'compose.yaml':
      'x-build: &build { context: app }\nservices:\n  api:\n    build:\n      <<: *build\n      dockerfile: My.Dockerfile\n',
  };
  assert.deepEqual(shown(compose(texts)), ['app/My.Dockerfile in app → (default)', 'app/My.Dockerfile in app → dev']);
});

test('compose: broken, hostile and odd files give a sentence, or nothing', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, i, all) => {
      const before = i === 0 ? 'a' : all[i - 1];
      return `${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`;
    }),
    'services: { x: { build: . } }',
  ].join('\n');
  for (const text of ['services: [', bomb, '['.repeat(100_000), 'services: *nowhere']) {
    const { builds, problems } = compose(text);
    assert.deepEqual(builds, []);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /^“.*compose\.yaml” cannot be read as YAML, .+\. .+\.$/);
  }
  for (const text of [
    '',
    'null',
    '7',
    'services: 7',
    'services: { a: 7, b: null, c: { build: 7 } }',
    '\uFEFFservices:',
  ]) {
    assert.deepEqual(compose(text), { builds: [], problems: [] }, text);
  }
});

test('bake: targets, what they inherit, groups', () => {
  const text = `
variable "TAG" { default = "latest" }
group "default" {
  targets = ["api", "web", "_hidden"] // all
}
target "_common" {
  context = "services"
  args = { A = "1", B = { C = "}" } }
}
target "docker-metadata-action" {}
/* target "gone" { context = "gone" } */
target "api" {
  inherits   = ["_common", "docker-metadata-action"]
  dockerfile = "api.Dockerfile"   # relative to the context
  target     = "final"
  tags       = ["x:\${TAG}"]
}
target "web" {
  inherits = ["api"]
  context = "."
  target = null
  output { type = "image" }
}
target "_hidden" { context = "hidden" }
target one_line { context = "one" }
`;
  assert.deepEqual(shown(bake(text)), [
    'services/api.Dockerfile in services → final',
    'api.Dockerfile in . → (default)',
    'hidden/Dockerfile in hidden → (default)',
    'one/Dockerfile in one → (default)',
  ]);
});

test('bake: what is computed is unknown; where it decides on the file, there is no build', () => {
  const text = `
target "a" { target = TARGET }
target "b" { target = "x-\${y({"}" = "\\"}"})}" }
target "c" { context = BASE }
target "d" { context = "\${BASE}/x" }
target "e" { dockerfile = join("/", ["a", "b"]) }
target "f" { dockerfile-inline = <<EOT
FROM scratch
target "inner" { context = "inner" }
EOT
}
target "g" { context = "https://example.com/x.git" }
target "h" {
  matrix = { tgt = ["x", "y"] }
  name = "h-\${tgt}"
  target = tgt
  contexts = { base = "target:a" }
}
target "i" { context = "cost-$\${x}" }
`;
  assert.deepEqual(shown(bake(text)), [
    'Dockerfile in . → (unknown)',
    'Dockerfile in . → (unknown)',
    'Dockerfile in . → (unknown)',
    'cost-${x}/Dockerfile in cost-${x} → (default)',
  ]);
});

test('bake: JSON, and an override over the file', () => {
  const texts = {
    'docker-bake.override.hcl': 'target "app" { target = "release" }',
    'docker-bake.json': JSON.stringify({
      group: { default: { targets: ['app'] } },
      target: {
        app: { context: 'app', dockerfile: 'D', args: { A: 'b' } },
        odd: { context: 7 },
        computed: { target: '${X}' },
      },
    }),
  };
  assert.deepEqual(shown(bake(texts)), ['app/D in app → release', 'Dockerfile in . → (unknown)']);
});

test('bake: broken files give a sentence; nothing hangs, whatever they hold', () => {
  for (const [name, text] of [
    ['docker-bake.hcl', 'target "a" {'],
    ['docker-bake.hcl', 'target "a" { context = "'],
    ['docker-bake.hcl', '/* never closed'],
    ['docker-bake.hcl', 'a = <<EOT\nno end'],
    ['docker-bake.hcl', '}'],
    ['docker-bake.json', '{"target": '],
  ] as const) {
    const { builds, problems } = bake({ [name]: text });
    assert.deepEqual(builds, []);
    assert.equal(problems.length, 1, text);
    assert.match(problems[0]!, new RegExp(`^“.*${basename(name)}” cannot be read as (HCL|JSON), .+\\. .+\\.$`));
  }
  for (const text of [
    'target "a" { inherits = ["b"] }\ntarget "b" { inherits = ["a"] }',
    'target "a" { inherits = ["a"] }',
    '"${'.repeat(50_000),
    '('.repeat(100_000),
    'target "a" { ) ] = }',
    'a b c = = {{}} \ud800',
    `${'<<A\nA\n'.repeat(20_000)}`,
  ]) {
    assert.ok(Array.isArray(bake(text).builds));
  }
  for (const text of [
    'null',
    '[]',
    '{"target": 7}',
    '{"target": {"a": null}, "group": [1]}',
    '{"__proto__": {"target": 1}}',
  ])
    assert.equal(bake({ 'docker-bake.json': text }).problems.length, 0, text);
});

test('bake: thousands of targets that inherit from each other are read so far, and no further', () => {
  const chain = (count: number, order: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => order(i))
      .map((i) => `target "t${i}" {\n  inherits = ["t${i - 1}"]\n  args = { A${i} = "1" }\n}`)
      .join('\n');
  const args = (text: string) =>
    bake(`${text}\ngroup "g" {\n  targets = ["t49", "t4999"]\n}`).builds.map((it) => it.args.size);
  assert.deepEqual(args(chain(50, (i) => i)), [50]);
  assert.deepEqual(args(chain(50, (i) => 49 - i)), [50]);
  assert.deepEqual(args(chain(5_000, (i) => i)), [50]);
  assert.ok(Math.max(...args(chain(5_000, (i) => 4_999 - i))) <= 101);
});

test('what a build is given by name besides its context', () => {
  const named = ({ builds }: Builds) =>
    builds.map(({ contexts }) => [...contexts].map(([name, value]) => `${name}=${String(value)}`).join(' '));
  const hcl = `
target "_base" {
  contexts = { shared = "../shared", nested = { inner = 1 } }
}
target "app" {
  inherits = ["_base"]
  contexts = {
    golang = "docker-image://golang:1.22"
    "debian:13" = FRESH ? "a" : "b" // chosen
    "\${NAME}" = "x"
    shared = ""
  }
}
target "plain" {}
target "computed" { contexts = merge({ a = "b" }, OTHERS) }
target "odd" { contexts = { a = , b "c" = d e, [f] = "g", h: "i" } }
`;
  assert.deepEqual(named(bake(hcl)), [
    'nested=Symbol(computed) golang=docker-image://golang:1.22 debian:13=Symbol(computed) *=Symbol(computed)',
    '',
    '*=Symbol(computed)',
    'a=Symbol(computed) *=Symbol(computed) h=i',
  ]);
  const json = { target: { app: { contexts: { src: './src', base: 'target:base', odd: ['a'], deep: { a: 'b' } } } } };
  const over = 'target "app" { contexts = { more = ".", src = "./other" } }';
  assert.deepEqual(named(bake({ 'docker-bake.json': JSON.stringify(json), 'docker-bake.override.hcl': over })), [
    'src=./other base=target:base odd=Symbol(computed) deep=Symbol(computed) more=.',
  ]);
  const yaml = `
services:
  map: { build: { context: ., additional_contexts: { src: ../src, alpine: docker-image://alpine:3.13 } } }
  list: { build: { context: ., additional_contexts: [ "app=service:map", 2, "alone" ] } }
  odd: { build: { context: ., additional_contexts: x } }
`;
  const override = 'services: { map: { build: { additional_contexts: { more: "$HERE" } } } }';
  assert.deepEqual(named(compose({ 'compose.yaml': yaml, 'compose.override.yaml': override })), [
    'src=../src alpine=docker-image://alpine:3.13',
    'app=service:map',
    '',
    'src=../src alpine=docker-image://alpine:3.13 more=Symbol(computed)',
  ]);
});

test('the build arguments that are given a value', () => {
  const given = ({ builds }: Builds) => builds.map(({ args }) => [...args].join(' '));
  const yaml = `
services:
  map: { build: { context: ., args: { A: debian, B: "", C: 1, D: null, E: "$HERE" } } }
  list: { build: { context: ., args: [ "A=debian", "B=", "C", 2 ] } }
  odd: { build: { context: ., args: x } }
`;
  const override = 'services: { list: { build: { args: [ "D=1" ] } } }';
  assert.deepEqual(given(compose({ 'compose.yaml': yaml, 'compose.override.yaml': override })), [
    'A C D E',
    'A C',
    '',
    'A C D',
  ]);
  const hcl = `
target "_base" { args = { A = "debian", B = "", C = null } }
target "app" {
  inherits = ["_base"]
  args = { D = "\${TAG}" }
}
`;
  assert.deepEqual(given(bake(hcl)), ['A D']);
  assert.deepEqual(given(bake({ 'docker-bake.json': '{"target":{"app":{"args":{"A":"x","B":null}}}}' })), ['A']);
});
