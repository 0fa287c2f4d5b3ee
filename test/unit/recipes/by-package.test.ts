/** Which packages of Debian are carried along by their files, and which are not. That the lines which collect them do so is for test/docker. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';

const outcome = (text: string, family?: 'chainguard') =>
  convert(readDockerfile(text), { today: TODAY, ...(family ? { family } : {}) });

function converted(text: string) {
  const conversion = outcome(text);
  if (conversion.outcome !== 'converted') assert.fail(JSON.stringify(conversion.outcome, null, 2));
  return conversion;
}

function reasons(text: string, family?: 'chainguard'): readonly string[] {
  const conversion = outcome(text, family);
  return conversion.outcome === 'declined' ? conversion.reasons.map(({ message }) => message) : [];
}

const install = (names: string, image = 'node:24-slim') =>
  `FROM ${image}\nRUN apt-get update && apt-get install -y --no-install-recommends ${names}\nWORKDIR /app\nCOPY . .\nRUN npm ci --omit=dev\nCMD ["node", "a.js"]\n`;

/** What the lines of a conversion ask for. */
const asked = (text: string): readonly string[] =>
  /take\("([^"]*)"\)/.exec(converted(text).dockerfile)?.[1]?.split(' ') ?? [];

describe('carried by their files are', () => {
  test('libraries, data, and programs that need no shell, as the line of the user names them', () => {
    assert.deepEqual(asked(install('libmagic1 curl fonts-liberation ffmpeg ca-certificates tesseract-ocr-deu git')), [
      'libmagic1',
      'fonts-liberation',
      'ffmpeg',
      'tesseract-ocr-deu',
    ]);
  });

  test('what only its name shows to be a library, with a warning', () => {
    const text = install('libtidy5deb1 libfoo2.1-7 libbar3t64 libbaz1v5');
    assert.deepEqual(asked(text), ['libtidy5deb1', 'libfoo2.1-7', 'libbar3t64', 'libbaz1v5']);
    const risks = converted(text).notes.filter(({ kind }) => kind === 'risk');
    assert.deepEqual(
      risks.map(({ line, message }) => [
        line,
        message.startsWith('Of “libfoo2.1-7”, “libbar3t64” and “libbaz1v5” nothing'),
      ]),
      [[1, true]],
    );
  });

  test('from Alpine’s names, where the build moves to Debian', () => {
    const text =
      'FROM python:3.12-alpine\nRUN apk add --no-cache libmagic sqlite-libs\nRUN pip install x\nCOPY . /app\nCMD ["python", "/app/a.py"]\n';
    assert.deepEqual(asked(text), ['libmagic1']);
  });

  test('the library of headers whose bindings open it by name', () => {
    const text =
      'FROM python:3.12-slim\nRUN apt-get update && apt-get install -y libmagic-dev\nRUN pip install x\nCOPY . /app\nCMD ["python", "/app/a.py"]\n';
    assert.deepEqual(asked(text), ['libmagic1']);
  });

  test('not those that are removed again', () => {
    const text = install('libmagic1 libzbar0').replace('RUN npm ci --omit=dev', '$& && apt-get purge -y libzbar0');
    assert.deepEqual(asked(text), ['libmagic1']);
  });

  test('those of a final stage, which becomes a builder for that', () => {
    const { dockerfile } = converted(
      'FROM golang:1.26-trixie AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=1 go build -o /out .\nFROM debian:13-slim\nRUN apt-get update && apt-get install -y libmagic1\nCOPY --from=build /out /out\nCMD ["/out"]\n',
    );
    assert.match(dockerfile, /^FROM debian:13-slim AS app-build\nRUN apt-get/m);
    assert.match(dockerfile, /^COPY --from=app-build \/libraries \/\nCOPY --from=build \/out \/out$/m);
  });
});

describe('not carried are', () => {
  const needs = /may be needed while the program runs/;

  test('programs with shells and services, what the C library loads for accounts, and toolkits', () => {
    for (const name of ['postgresql-client', 'libgtk-3-0', 'libnss-ldap2', 'chromium', 'nfs-common'])
      assert.match(reasons(install(name))[0] ?? '', needs, name);
  });

  test('those of another architecture', () => {
    assert.match(reasons(install('libmagic1:i386'))[0] ?? '', needs);
  });

  test('packages without a place to take them to, or to take them from', () => {
    const go =
      'FROM golang:1.26\nRUN apt-get update && apt-get install -y ffmpeg\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /a .\nCMD ["/a"]\n';
    assert.match(reasons(go)[0] ?? '', needs, 'the base has no C library');
    assert.ok(reasons(install('libmagic1'), 'chainguard').length > 0, 'which packages the base has is not known');
    const alpine = 'FROM ruby:3.4-alpine\nRUN apk add vips\nWORKDIR /app\nCOPY . .\nRUN bundle install\nCMD ["puma"]\n';
    assert.match(reasons(alpine)[0] ?? '', needs, 'Alpine has no dpkg');
    const final = (image: string) =>
      `FROM golang:1.26-trixie AS build\nCOPY . .\nRUN CGO_ENABLED=1 go build -o /out .\nFROM ${image}\nRUN apt-get install -y libmagic1\nCOPY --from=build /out /out\nCMD ["/out"]\n`;
    for (const image of ['debian:sid', 'debian:10', 'ubuntu:26.04'])
      assert.match(reasons(final(image))[0] ?? '', needs, image);
    assert.deepEqual(asked(final('ubuntu:24.04')), ['libmagic1']);
  });
});

test('the lines leave out what the base has, and take what installations write only where it may be', () => {
  const magic = converted(install('libmagic1')).dockerfile;
  assert.match(magic, /[|(]libc6[|)]/);
  assert.match(magic, /libstdc\[\+\]\[\+\]6/);
  assert.equal(/libsqlite3-0|alternatives|loaders\.cache|ldconfig/.test(magic), false);
  assert.match(converted(install('libopenblas0')).dockerfile, /-lname '\/etc\/alternatives\/\*'/);
  assert.match(converted(install('librsvg2-2')).dockerfile, /loaders\.cache/);
  assert.match(converted(install('tdsodbc')).dockerfile, /\/etc\/odbcinst\.ini/);
});

test('what collects them does not hang on what few packages have', () => {
  const python =
    'FROM python:3.12-slim\nRUN apt-get update && apt-get install -y libzmq5\nRUN pip install x\nCOPY . /app\nCMD ["python", "/app/a.py"]\n';
  const { dockerfile } = converted(python);
  assert.match(dockerfile, /mkdir -p \/libraries\/etc /, 'ldconfig writes there');
  assert.match(dockerfile, /\.md5sums" \|\| :; done/, 'with pipefail the build would stop');
});

test('commands for sh are not added below a SHELL that is something else', () => {
  const below = (shell: string) => install('libmagic1').replace('WORKDIR', `SHELL ${shell}\nWORKDIR`);
  for (const shell of ['["pwsh", "-Command"]', '["/usr/bin/python3", "-c"]', '["zsh", "-c"]'])
    assert.match(reasons(below(shell))[0] ?? '', /commands for \/bin\/sh below this line/, shell);
  for (const shell of ['["/bin/bash", "-euo", "pipefail", "-c"]', '["conda", "run", "-n", "a", "bash", "-c"]'])
    assert.deepEqual(asked(below(shell)), ['libmagic1'], shell);
  assert.deepEqual(asked(below('["pwsh", "-c"]').replace('COPY', 'SHELL ["sh", "-c"]\nCOPY')), ['libmagic1']);
  assert.deepEqual(reasons('FROM node:24\nWORKDIR /app\nSHELL ["pwsh", "-c"]\nCOPY . .\nCMD ["node", "a.js"]\n'), []);
});

test('recommended packages are spoken of where they are installed', () => {
  const risky = (text: string) => converted(text).notes.some(({ message }) => message.includes('recommended packages'));
  assert.equal(risky(install('libmagic1')), false);
  assert.equal(risky(install('libmagic1').replace(' --no-install-recommends', '')), true);
});
