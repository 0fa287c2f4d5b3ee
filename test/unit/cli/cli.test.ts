/** The command line as its user runs it: a process, its output and its exit status. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import manifest from '../../../package.json' with { type: 'json' };

const CLI = join(import.meta.dirname, '../../../server/cli.ts');
const BROKEN = 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nCMD ["node", "server.js"]\n';
const FINE = 'FROM gcr.io/distroless/static-debian13:nonroot\nENTRYPOINT ["/app"]\n';
const GO = 'FROM golang:1.27-trixie\nWORKDIR /src\nCOPY . .\nRUN go build -o /app ./cmd/app\nENTRYPOINT ["/app"]\n';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'distroless-'));
  mkdirSync(join(folder, 'service/node_modules/x'), { recursive: true });
  writeFileSync(join(folder, 'Dockerfile'), FINE);
  writeFileSync(join(folder, 'Dockerfile.dockerignore'), 'FROM nowhere\n');
  writeFileSync(join(folder, 'service/api.Dockerfile'), BROKEN);
  writeFileSync(join(folder, 'service/node_modules/x/Dockerfile'), BROKEN);
  mkdirSync(join(folder, 'service/vendor/x'), { recursive: true });
  writeFileSync(join(folder, 'service/vendor/modules.txt'), '');
  writeFileSync(join(folder, 'service/vendor/x/Dockerfile'), BROKEN);
  writeFileSync(join(folder, 'service/Dockerfile.j2'), 'FROM {{ image }}\n');
  for (const name of ['Containerfile', 'app.containerfile', 'Dockerfile.dev', 'Dockerfiles', 'Dockerfile.md'])
    writeFileSync(join(folder, 'service', name), FINE);
});
after(() => rmSync(folder, { recursive: true }));

function run(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    input,
    encoding: 'utf8',
    env: { ...process.env, DISTROLESS_TODAY: '2026-11-21' },
  });
  return { status, stdout, stderr };
}

test('check searches folders, and says where in one line a finding', () => {
  const { status, stdout } = run(['check']);
  assert.equal(status, 1);
  const [first, ...rest] = stdout.trimEnd().split('\n');
  assert.ok(
    first?.startsWith(
      `${join('service', 'api.Dockerfile')}:2:6: error: “gcr.io/distroless/nodejs24-debian13:nonroot” already starts`,
    ),
  );
  assert.match(first ?? '', /\(repeats-entrypoint\)$/);
  assert.deepEqual(rest, ['1 finding in 5 Dockerfiles.']);
});

test('check --format json is the documented document', () => {
  const { stdout } = run(['check', '--format', 'json', join('service', 'api.Dockerfile'), 'Dockerfile']);
  const { schema, files } = JSON.parse(stdout);
  assert.equal(schema, 1);
  assert.deepEqual(
    files.map(({ path }: { path: string }) => path),
    [join('service', 'api.Dockerfile'), 'Dockerfile'],
  );
  assert.deepEqual(files[1].findings, []);
  const [{ message, ...finding }] = files[0].findings;
  assert.match(message, /Leave out “node”\.$/);
  assert.deepEqual(finding, {
    rule: 'repeats-entrypoint',
    severity: 'error',
    range: { start: { line: 1, character: 5 }, end: { line: 1, character: 11 } },
    fixes: ['Leave out “node”'],
  });
});

test('check reads standard input, and --fail-on decides on the exit status', () => {
  const root = 'FROM gcr.io/distroless/static-debian13\n';
  assert.equal(run(['check', '-'], root).status, 0);
  assert.equal(run(['check', '--fail-on', 'warning', '-'], root).status, 1);
  assert.equal(run(['check', '--fail-on', 'never', '-'], BROKEN).status, 0);
  assert.equal(run(['check', '-'], FINE).stdout, 'Nothing found in 1 Dockerfile.\n');
});

test('convert prints, shows the difference, or writes', () => {
  const path = join(folder, 'go.Dockerfile');
  writeFileSync(path, GO);
  const printed = run(['convert', 'go.Dockerfile']);
  assert.equal(printed.status, 0);
  assert.match(
    printed.stdout,
    /^FROM golang:1\.27-trixie AS build\n[\s\S]*\nFROM gcr\.io\/distroless\/static-debian13:nonroot\n[\s\S]*\nENTRYPOINT \["\/app"\]\n$/,
  );
  assert.match(printed.stderr, /^go\.Dockerfile:\d+: (change|assumption|risk): .+\.$/m);
  assert.equal(readFileSync(path, 'utf8'), GO);

  const { stdout: diff } = run(['convert', '--diff', 'go.Dockerfile']);
  assert.match(diff, /^--- go\.Dockerfile\n\+\+\+ go\.Dockerfile\n@@ /m);
  assert.ok(diff.includes('\n-FROM golang:1.27-trixie\n+FROM golang:1.27-trixie AS build\n'));

  const json = JSON.parse(run(['convert', '--format', 'json', 'go.Dockerfile']).stdout);
  assert.deepEqual(Object.keys(json), [
    'schema',
    'path',
    'outcome',
    'language',
    'family',
    'base',
    'target',
    'dockerfile',
    'notes',
    'reasons',
  ]);
  assert.deepEqual(
    [json.outcome, json.language, json.family, json.base],
    ['converted', 'go', 'google', 'gcr.io/distroless/static-debian13:nonroot'],
  );
  assert.equal(json.dockerfile, printed.stdout);

  assert.equal(run(['convert', '--write', 'go.Dockerfile']).status, 0);
  assert.equal(readFileSync(path, 'utf8'), printed.stdout);
  const again = run(['convert', '--format', 'json', 'go.Dockerfile']);
  assert.equal(again.status, 0);
  assert.equal(JSON.parse(again.stdout).outcome, 'already-minimal');
  rmSync(path);
});

test('a declined conversion ends with 1, prints nothing, and says why at its line', () => {
  writeFileSync(join(folder, 'other.Dockerfile'), '# what\nFROM debian:13\nCMD ["bash"]\n');
  const { status, stdout, stderr } = run(['convert', 'other.Dockerfile']);
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^other\.Dockerfile:3: .+\.\n/);
  rmSync(join(folder, 'other.Dockerfile'));
});

test('wrong usage and what cannot be read end with 2 and one sentence', () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['frobnicate'], /^distroless: There is no command “frobnicate”\. See distroless --help\.\n$/],
    [['check', 'nowhere'], /^distroless: There is no file or folder “nowhere”\./],
    [['check', '--loud'], /^distroless: Unknown option '--loud'\./],
    [['check', '--format', 'xml'], /--format takes text, json or sarif, not “xml”\./],
    [
      ['inspect', '--format', 'sarif', 'x.tar'],
      /For inspect, --format takes text, json, cyclonedx or spdx, not “sarif”\./,
    ],
    [['check', '--fail-on', 'sometimes'], /--fail-on takes error, warning, info, hint or never/],
    [['convert'], /convert takes one Dockerfile\./],
    [
      ['convert', '--family', 'alpine', 'Dockerfile'],
      /--family takes google, chainguard, dhi, chiselled, static, and not “alpine”\./,
    ],
    [['convert', '--target', 'nowhere', 'Dockerfile'], /There is no stage “nowhere” in this Dockerfile\./],
    [['convert', 'service'], /“service” is a folder; name the Dockerfile in it\./],
    [['inspect', 'docker-archive:nowhere.tar'], /^distroless: .+nowhere\.tar.+\.\n$/],
    [['inspect', 'docker-archive:Dockerfile'], /^distroless: .+Dockerfile.+\.\n$/],
    [['files', '--layer', 'top', 'x.tar'], /--layer takes a number from 1 on, the lowest layer, not “top”\./],
    [['files', '--layer', '0', 'x.tar'], /--layer takes a number from 1 on, the lowest layer, not “0”\./],
  ];
  for (const [args, message] of wrong) {
    const { status, stdout, stderr } = run(args);
    assert.equal(status, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  }
});

test('--version and --help', () => {
  assert.equal(run(['--version']).stdout, `${manifest.version}\n`);
  const help = run(['--help']);
  assert.equal(help.status, 0);
  for (const command of ['check', 'convert', 'inspect', 'files'])
    assert.match(help.stdout, new RegExp(`^  ${command} `, 'm'));
  assert.equal(run([]).status, 2);
});
