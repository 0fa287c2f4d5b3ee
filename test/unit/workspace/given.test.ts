/** Bake and compose files that give a build something by name: what is then said of the Dockerfile, and made of it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { contextNeeds, convert } from '../../../server/recipes/convert.ts';
import { findingsOf } from '../../../server/rules/check.ts';
import { rules } from '../../../server/rules/index.ts';
import { asBuilt, circumstancesOf, conversionOptions } from '../../../server/workspace/circumstances.ts';
import { createWorkspace, type Workspace } from '../../../server/workspace/workspace.ts';
import { TODAY } from '../../support/carets.ts';

let root: string;
let workspace: Workspace;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'distroless-')));
  workspace = createWorkspace({ rules: new Set(), families: ['google'] });
});
afterEach(() => rmSync(root, { recursive: true }));

async function look(files: Record<string, string>, path = 'Dockerfile') {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  workspace.filesChanged();
  const dockerfile = readDockerfile(files[path]!);
  let asked: readonly (string | undefined)[] = [];
  const surroundings = await workspace.read({ path: join(root, path), root }, dockerfile, (built) => {
    asked = built.stages.map(({ parent }) => (parent.kind === 'image' ? parent.reference : undefined));
    return contextNeeds(built);
  });
  const found = findingsOf(dockerfile, rules, circumstancesOf(dockerfile, surroundings, { today: TODAY }));
  return {
    given: Object.fromEntries(surroundings.namedContexts.map(({ name, given }) => [name, given])),
    found: (rule: string) => found.filter((one) => one.rule === rule),
    rules: found.map(({ rule }) => rule),
    asked,
    convert: () =>
      convert(asBuilt(dockerfile, surroundings), {
        ...conversionOptions(dockerfile, surroundings),
        today: TODAY,
      }),
  };
}

const APP = 'FROM base\nCOPY app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\nRUN make\n';

test('bake: each kind of thing that can be given', async () => {
  const names = ['image', 'none', 'folder', 'git', 'git2', 'url', 'layout', 'computed', 'gone', 'unused'];
  const bake = `
variable "TAG" { default = "1" }
target "app" {
  contexts = {
    image = "docker-image://alpine:3.22"
    none  = "docker-image://scratch",
    folder = "../src"
    git = "https://github.com/a/b.git#main:sub"
    "git2": "git@github.com:a/b"
    url = "https://example.com/a.tar.gz"
    layout = "oci-layout://./out:latest"
    computed = "docker-image://alpine:\${TAG}"
    gone = "target:nowhere"
    unused = "docker-image://busybox"
    empty = ""
  }
}`;
  const text = names.map((name) => (name === 'unused' ? '' : `FROM ${name} AS s-${name}\n`)).join('');
  const last = `FROM debian:13\n${names.map((name) => (name === 'unused' ? '' : `COPY --from=s-${name} /a /\n`)).join('')}COPY --from=empty /a /\n`;
  const { given } = await look({ 'docker-bake.hcl': bake, Dockerfile: text + last });
  assert.deepEqual(given, {
    image: { kind: 'image', reference: 'alpine:3.22' },
    none: { kind: 'scratch' },
    folder: { kind: 'folder', place: '../src' },
    git: { kind: 'git', place: 'https://github.com/a/b.git#main:sub' },
    git2: { kind: 'git', place: 'git@github.com:a/b' },
    url: { kind: 'url', place: 'https://example.com/a.tar.gz' },
    layout: { kind: 'oci-layout', place: './out:latest' },
    computed: { kind: 'unknown' },
    gone: { kind: 'target', target: 'nowhere' },
  });
});

test('compose: a map and a list, a service of its own file, an override', async () => {
  const files = {
    'compose.yaml': `
services:
  base: { build: { context: ., dockerfile: base.Dockerfile } }
  app:
    build:
      context: .
      additional_contexts: { base: "service:base", tools: "docker-image://busybox:1.37" }
  other:
    build:
      context: .
      additional_contexts: [ "base=service:base", "tools=docker-image://busybox:1.37" ]
`,
    'base.Dockerfile': 'FROM gcr.io/distroless/static-debian13\nLABEL a=b\n',
    Dockerfile: 'FROM base\nCOPY --from=tools /bin/x /x\nENTRYPOINT ["/x"]\nRUN x\n',
  };
  const { given, rules: said } = await look(files);
  const distroless = 'gcr.io/distroless/static-debian13';
  assert.deepEqual(given, {
    base: { kind: 'target', target: 'base', on: distroless, image: distroless },
    tools: { kind: 'image', reference: 'busybox:1.37' },
  });
  assert.ok(said.includes('shell-form'), said.join());
  assert.ok(said.includes('root-user'));
  const more = await look({
    ...files,
    'compose.override.yaml':
      'services: { app: { build: { additional_contexts: { base: "docker-image://debian:13" } } } }',
  });
  assert.deepEqual(more.given.base, { kind: 'unknown' }, 'not all builds are given the same');
  assert.ok(!more.rules.includes('shell-form') && !more.rules.includes('root-user'));
});

test('a rule judges the image that is given, says by what name, and changes no name', async () => {
  const bake = 'target "app" { contexts = { base = "docker-image://gcr.io/distroless/static-debian11:nonroot" } }';
  const { found } = await look({ 'docker-bake.hcl': bake, Dockerfile: APP.replace('RUN make\n', '') });
  const [retired, ...others] = found('retired-base');
  assert.match(
    retired!.message,
    /static-debian11” has had no updates .+ A bake or compose file gives it to the build as “base”\.$/,
  );
  assert.deepEqual([retired!.fixes, retired!.range.start, others], [[], { line: 0, character: 5 }, []]);
  const plain = await look({
    'docker-bake.hcl': 'target "app" {}',
    Dockerfile: APP.replace('base', 'gcr.io/distroless/static-debian11:nonroot'),
  });
  assert.equal(plain.found('retired-base')[0]!.fixes?.length, 1);
});

test('where a bake file computes which names it gives, nothing is said of a word that may be one', async () => {
  const text =
    'FROM scratch AS src\nFROM debian AS sources\nFROM src AS a\nRUN ls\nFROM debian AS b\nRUN ls\nFROM gcr.io/distroless/static-debian13:nonroot\nRUN ls\nCOPY --from=source /a /\n';
  const ruled = async (contexts: string) => {
    const { found } = await look({
      'docker-bake.hcl': `target "app" {\n  contexts = ${contexts}\n}`,
      Dockerfile: text,
    });
    return [...found('shell-form'), ...found('copy-from')].map(({ rule, range }) => `${rule} ${range.start.line + 1}`);
  };
  assert.deepEqual(await ruled('{ other = "target:x" }'), ['shell-form 4', 'shell-form 8', 'copy-from 9']);
  for (const computed of [
    'merge({ src = "target:x" }, more())',
    '{ for name in names : name => "target:${name}" }',
    '{ "${name}" = "target:x" }',
    '{ other = "target:x", (name) = "target:x" }',
  ])
    assert.deepEqual(await ruled(computed), ['shell-form 8'], computed);
  const { rules: said } = await look({
    'docker-bake.hcl': '',
    'docker-bake.json': JSON.stringify({ target: { app: { contexts: { '${name}': 'target:x' } } } }),
    Dockerfile: text,
  });
  assert.equal(said.filter((rule) => rule === 'shell-form').length, 1);
});

test('targets: another Dockerfile where it adds nothing, chains and circles, the same Dockerfile', async () => {
  const files = {
    'docker-bake.hcl': `
target "_os" { dockerfile = "os.Dockerfile" }
target "runtime" {
  dockerfile = "runtime.Dockerfile"
  contexts = { os = "target:_os" }
}
target "app" { contexts = { base = "target:runtime" } }
target "round" { dockerfile = "round.Dockerfile", contexts = { round = "target:round2" } }
target "round2" { dockerfile = "round2.Dockerfile", contexts = { round2 = "target:round" } }
`
      .replaceAll(', contexts', '\n  contexts')
      .replaceAll('{ dockerfile = "round', '{\n dockerfile = "round'),
    'os.Dockerfile': 'ARG V=3.22\nFROM alpine:$V AS os\nLABEL a=b\n',
    'runtime.Dockerfile': 'FROM os\nRUN apk add x\n',
    'round.Dockerfile': 'FROM round\n',
    'round2.Dockerfile': 'FROM round2\n',
    Dockerfile: APP,
  };
  const app = await look(files);
  assert.deepEqual(app.given, { base: { kind: 'target', target: 'runtime', on: 'alpine:3.22' } });
  assert.ok(!app.rules.includes('full-distribution'), 'what the other file adds is not known');
  const runtime = await look(files, 'runtime.Dockerfile');
  assert.deepEqual(runtime.given.os, { kind: 'target', target: '_os', on: 'alpine:3.22', image: 'alpine:3.22' });
  assert.match(runtime.found('full-distribution')[0]!.message, /“alpine:3\.22”/);
  assert.deepEqual((await look(files, 'round.Dockerfile')).given.round?.kind, 'target');

  const same = await look({
    'docker-bake.hcl':
      'target "one" { target = "one" }\ntarget "app" {\n target = "app"\n contexts = { base = "target:one" }\n}',
    Dockerfile: `FROM debian:13 AS one\n${APP.replace('FROM base', 'FROM base AS app')}`,
  });
  assert.deepEqual(same.given, { base: { kind: 'stage', target: 'one' } });
  assert.match(same.found('full-distribution')[0]!.message, /“debian:13”/);
});

test('builds that do not use a name have no say in what it means', async () => {
  const text = 'FROM base AS app\nENTRYPOINT ["/app"]\nFROM golang AS lint\nRUN go vet\n';
  const bake = (lint: string) =>
    `target "app" {\n target = "app"\n contexts = { base = "docker-image://debian:13" }\n}\ntarget "lint" {\n target = "${lint}"\n}`;
  const apart = await look({ 'docker-bake.hcl': bake('lint'), Dockerfile: text });
  assert.deepEqual(apart.given, { base: { kind: 'image', reference: 'debian:13' } });
  const both = await look({ 'docker-bake.hcl': bake('app'), Dockerfile: text });
  assert.deepEqual(both.given, { base: { kind: 'unknown' } });
});

const GO =
  'FROM base AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM run\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n';
const given = (base: string, run = 'docker-image://debian:13') =>
  `target "app" { contexts = { base = "${base}", run = "${run}" } }`;

test('a conversion goes by what is given, keeps the names of the build, and declines where it does not know', async () => {
  const files = { 'go.mod': 'module a\n', Dockerfile: GO };
  const looked = await look({ ...files, 'docker-bake.hcl': given('docker-image://golang') });
  assert.deepEqual(looked.asked, ['golang', 'debian:13'], 'which files are wanted hangs on what is built');
  const done = looked.convert();
  assert.equal(done.outcome, 'converted', JSON.stringify(done));
  assert.match(
    done.outcome === 'converted' ? done.dockerfile : '',
    /^FROM base AS build\n[\s\S]*\nFROM gcr\.io\/distroless\//,
  );
  const folder = await look({ ...files, 'docker-bake.hcl': given('docker-image://golang', './rootfs') }).then((it) =>
    it.convert(),
  );
  assert.deepEqual(folder.outcome === 'declined' && folder.reasons, [
    {
      line: 5,
      message:
        '“run” is the folder “./rootfs”, as a bake or compose file says, and what is in that is not known. Name an image after FROM, or give one as “docker-image://…”.',
    },
  ]);
  const replaced = await look({
    ...files,
    Dockerfile: GO.replace('FROM run', 'FROM debian:13 AS run'),
    'docker-bake.hcl': given('docker-image://golang', 'docker-image://alpine:3.22'),
  }).then((it) => it.convert());
  assert.match(replaced.outcome === 'declined' ? replaced.reasons[0]!.message : '', /instead of the stage “run”/);
});

test('a conversion that would need another image than the one that is given declines', async () => {
  const rest =
    'WORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD ["python", "app.py"]\n';
  const files = { 'requirements.txt': 'flask\n' };
  const bake = 'target "app" { contexts = { base = "docker-image://python:3.13-alpine" } }';
  const plain = (await look({ ...files, Dockerfile: `FROM python:3.13-alpine\n${rest}` })).convert();
  assert.match(plain.outcome === 'converted' ? plain.dockerfile : '', /^FROM python:3\.13-slim/m);
  const given = (await look({ ...files, Dockerfile: `FROM base\n${rest}`, 'docker-bake.hcl': bake })).convert();
  const [reason, ...others] = given.outcome === 'declined' ? given.reasons : [];
  assert.deepEqual([reason?.line, others], [0, []]);
  assert.match(reason!.message, /start from another image than the one that a bake or compose file gives it as “base”/);
});

test('a stage that is not built is not judged, and not called unused', async () => {
  const text =
    'FROM debian:8 AS build\nRUN apt-get install x\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /a /a\nENTRYPOINT ["/a"]\n';
  const { rules: said } = await look({
    'docker-bake.hcl': 'target "app" { contexts = { build = "./prebuilt" } }',
    Dockerfile: text,
  });
  assert.deepEqual(said, []);
});

test('a Dockerfile that by its name is there to work with is not told to be smaller', async () => {
  const text = 'FROM debian:13\nRUN apt-get update && apt-get install -y gcc\nENV API_TOKEN=x\nCMD ["/app"]\n';
  const minimal = ['full-distribution', 'package-manager', 'ships-tools', 'leftover-cache'];
  const told = async (path: string, files: Record<string, string> = {}) => {
    const { rules: ids } = await look({ [path]: text, ...files }, path);
    assert.ok(ids.includes('secret-variable') && ids.includes('root-user'), path);
    return minimal.filter((id) => ids.includes(id));
  };
  for (const path of [
    'Dockerfile.dev',
    'api/test.Dockerfile',
    'Dockerfile.api-debug',
    '.devcontainer/Dockerfile',
    'a/tests/b/Dockerfile',
  ])
    assert.deepEqual(await told(path), [], path);
  for (const path of ['Dockerfile', 'Dockerfile.devices', 'dev/Dockerfile', 'latest.Dockerfile', 'contest/Dockerfile'])
    assert.deepEqual(await told(path), minimal, path);
  assert.deepEqual(await told('x/Dockerfile.dev', { 'x/.distroless.json': '{"target": "0"}' }), minimal);
});

test('a build argument that compose or bake gives needs no default', async () => {
  const Dockerfile = 'ARG BASE\nARG NAME=${BASE}:13\nFROM $NAME\n';
  const says = async (files: Record<string, string>) =>
    (await look({ Dockerfile, ...files })).found('default-arg-in-from').length;
  assert.equal(await says({}), 1);
  assert.equal(await says({ 'compose.yaml': 'services: { a: { build: { context: ., args: { OTHER: x } } } }\n' }), 1);
  assert.equal(
    await says({ 'compose.yaml': 'services: { a: { build: { context: ., args: { BASE: debian } } } }\n' }),
    0,
  );
  const list = (arg: string) =>
    says({ 'compose.yaml': `services: { a: { build: { context: ., args: ["${arg}"] } } }\n` });
  assert.equal(await list('BASE='), 1);
  assert.equal(await list('BASE=a='), 0);
  const bake = (args: string) => `target "default" {\n  args = ${args}\n}\n`;
  assert.equal(await says({ 'compose.yaml': '', 'docker-bake.hcl': bake('{ OTHER = "debian" }') }), 1);
  assert.equal(await says({ 'compose.yaml': '', 'docker-bake.hcl': bake('{ NAME = "debian" }') }), 0);
});
