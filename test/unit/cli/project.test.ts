/** What the command line heeds of a project: its file, targets, context, comments; and SARIF. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import manifest from '../../../package.json' with { type: 'json' };

const CLI = join(import.meta.dirname, '../../../server/cli.ts');
const STATIC = 'gcr.io/distroless/static-debian13';
const BROKEN = `FROM ${STATIC}:latest@sha256:${'0'.repeat(64)}\nCMD a b\n`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'distroless-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(files: Record<string, string>) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function run(args: readonly string[], { input = '', cwd = folder } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd,
    input,
    encoding: 'utf8',
    env: { ...process.env, DISTROLESS_TODAY: '2026-11-21' },
  });
  return { status, stdout, stderr };
}

/** `Dockerfile:2 shell-form error`, in order. */
function found(args: readonly string[], options?: { input?: string; cwd?: string }): string[] {
  const { stdout, stderr } = run(['check', '--format', 'json', ...args], options);
  assert.equal(stderr, '');
  type Found = { rule: string; severity: string; range: { start: { line: number } } };
  return (JSON.parse(stdout).files as { path: string; findings: Found[] }[]).flatMap(({ path, findings }) =>
    findings.map(({ rule, severity, range }) => `${path}:${range.start.line + 1} ${rule} ${severity}`),
  );
}

test('the project file is found from the Dockerfile up, to the root of the repository', () => {
  put({
    '.distroless.json': '{"rules": {"shell-form": "off", "root-user": "off"}}',
    'repo/.git/HEAD': '',
    'repo/.distroless.json': '{"rules": {"shell-form": "hint"}, "ignore": [{"rule": "root-user", "path": "a/**"}]}',
    'repo/a/Dockerfile': BROKEN,
    'repo/b/Dockerfile': BROKEN,
    'other/.git/HEAD': '',
    'other/Dockerfile': BROKEN,
  });
  assert.deepEqual(found(['Dockerfile'], { cwd: join(folder, 'repo/a') }), ['Dockerfile:2 shell-form hint']);
  assert.deepEqual(found([join('repo', 'b')]), [
    `${join('repo', 'b', 'Dockerfile')}:1 root-user warning`,
    `${join('repo', 'b', 'Dockerfile')}:2 shell-form hint`,
  ]);
  assert.deepEqual(found(['other']).length, 2, 'not that of a folder above the repository');
  assert.deepEqual(found(['-'], { input: BROKEN, cwd: join(folder, 'repo') }), [
    '-:1 root-user warning',
    '-:2 shell-form hint',
  ]);
});

test('a project file that cannot be used ends with 2 and one sentence', () => {
  put({ Dockerfile: BROKEN, '.distroless.json': '{\n"rules": {"rot-user": "off"}}' });
  for (const command of ['check', 'convert']) {
    const { status, stdout, stderr } = run([command, 'Dockerfile']);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^distroless: In “.+\.distroless\.json”, no rule is called “rot-user”, which is not used\. .+\.\n$/,
    );
  }
  put({ '.distroless.json': '{"context": "../.."}' });
  assert.match(run(['check']).stderr, /“context” leads to “\.\.\/\.\.”, outside of “.+”, which is not used\. .+\.\n$/);
  put({ '.distroless.json': '{' });
  assert.match(
    run(['check']).stderr,
    /^distroless: “.+\.distroless\.json” is not JSON \(line 1\), so it is not used\. .+\.\n$/,
  );
});

test('targets and build context come from compose; a broken one is said, and does not end the command', () => {
  put({
    'app/Dockerfile': `FROM ${STATIC}:latest@sha256:${'0'.repeat(64)} AS final\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\nFROM ${STATIC}:nonroot AS last\n`,
    'src/start.sh': '#!/bin/sh\n',
    'compose.yaml': 'services: { a: { build: { context: src, dockerfile: ../app/Dockerfile, target: final } } }',
  });
  const all = found(['app']).map((line) => line.split(' ')[1]);
  assert.ok(all.includes('root-user'), 'the target ships');
  assert.ok(all.includes('entrypoint-script'), 'the script is in the context');
  put({ 'compose.yaml': 'services: [' });
  const { status, stdout, stderr } = run(['check', '--fail-on', 'never', 'app']);
  assert.equal(status, 0);
  assert.ok(!stdout.includes('root-user'));
  assert.match(stderr, /^distroless: “.+compose\.yaml” cannot be read as YAML, .+\n$/);
});

test('a context that compose or bake gives by the name of an image is not that image', () => {
  const text = 'FROM debian:9 AS build\nRUN make\nFROM debian:9\nCOPY --from=builder /app /app\nCMD ["/app"]\n';
  put({ Dockerfile: text });
  const rules = () => found([]).map((line) => line.split(' ')[1]);
  assert.ok(rules().includes('end-of-life') && rules().includes('copy-from'), rules().join());
  put({ 'docker-bake.hcl': 'target "a" { contexts = { "debian:9" = "docker-image://debian:13", builder = "./x" } }' });
  assert.deepEqual(rules(), ['unused-stage', 'root-user', 'full-distribution']);
  put({
    'docker-bake.hcl': '',
    'compose.yaml': 'services: { a: { build: { context: ., additional_contexts: ["debian:9=./x"] } } }',
  });
  assert.deepEqual(rules(), ['unused-stage', 'copy-from']);
});

test('comments silence', () => {
  put({
    Dockerfile: `# distroless: ignore=root-user\n\n${BROKEN.replace('CMD', '# distroless: ignore=shell-form\nCMD')}`,
  });
  assert.deepEqual(found([]), []);
});

test('the conversion reads the context that the project names', () => {
  put({
    'docker/Dockerfile':
      'FROM node:24-trixie\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nCMD ["npm", "start"]\n',
    'web/package.json': JSON.stringify({ name: 'x', scripts: { start: 'node server.js' } }),
    '.distroless.json': '{"context": {"docker/*": "web"}}',
  });
  const { status, stdout } = run(['convert', 'docker/Dockerfile']);
  assert.equal(status, 0);
  assert.match(stdout, /^CMD \["server\.js"\]$/m);
});

test('SARIF: rules, results and places as the format has them', () => {
  put({ 'a b/Dockerfile': BROKEN });
  const { status, stdout } = run(['check', '--format', 'sarif']);
  assert.equal(status, 1);
  const { version, runs } = JSON.parse(stdout);
  assert.equal(version, '2.1.0');
  const [{ tool, results, columnKind }] = runs;
  assert.equal(columnKind, 'utf16CodeUnits');
  assert.equal(tool.driver.name, 'distroless');
  assert.equal(tool.driver.version, manifest.version);
  const [root, shell] = results;
  assert.equal(results.length, 2);
  assert.equal(root.level, 'warning');
  assert.equal(shell.ruleId, 'shell-form');
  assert.equal(shell.level, 'error');
  assert.ok(shell.message.text.endsWith('.'));
  assert.deepEqual(shell.locations, [
    {
      physicalLocation: {
        artifactLocation: { uri: 'a%20b/Dockerfile' },
        region: { startLine: 2, startColumn: 1, endLine: 2, endColumn: 4 },
      },
    },
  ]);
  for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex].id, ruleId);
  for (const { id, shortDescription, fullDescription, help, defaultConfiguration } of tool.driver.rules) {
    for (const { text } of [shortDescription, fullDescription, help]) assert.ok(text.length > 0, id);
    assert.ok(help.markdown.includes(`# distroless: ignore=${id}`), id);
    assert.ok(['error', 'warning', 'note'].includes(defaultConfiguration.level), id);
  }
  put({ 'a b/Dockerfile': 'FROM scratch\nUSER 65532:65532\n' });
  assert.deepEqual(JSON.parse(run(['check', '--format', 'sarif']).stdout).runs[0].results, []);
});
