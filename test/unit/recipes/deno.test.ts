/** Deno and Bun: what is not converted, and what becomes of how the container is started. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';

type Context = Readonly<Record<string, string>>;

const outcome = (text: string, context: Context = {}) =>
  convert(readDockerfile(text), { today: TODAY, context: new Map(Object.entries(context)) });

function declines(text: string, start: string, context?: Context): void {
  const conversion = outcome(text, context);
  if (conversion.outcome !== 'declined') assert.fail(JSON.stringify(conversion, null, 2));
  const [said = '', ...more] = conversion.reasons.map(({ line, message }) => `${line + 1}: ${message}`);
  assert.deepEqual(more, []);
  assert.ok(said.startsWith(start), `${said}\nshould begin with\n${start}`);
}

/** The lines that say how the container is started. */
function started(text: string, context?: Context): readonly string[] {
  const conversion = outcome(text, context);
  if (conversion.outcome !== 'converted') assert.fail(JSON.stringify(conversion, null, 2));
  const final = conversion.dockerfile.slice(conversion.dockerfile.lastIndexOf('FROM '));
  return final.split('\n').filter((line) => /^(ENTRYPOINT|CMD|ENV NODE_ENV)/.test(line));
}

const deno = (end: string) => `FROM denoland/deno:2.5.0\nWORKDIR /app\nCOPY . .\nRUN deno cache main.ts\n${end}\n`;
const bun = (end: string) => `FROM oven/bun:1\nWORKDIR /app\nCOPY . .\nRUN bun install\n${end}\n`;

describe('Deno', () => {
  test('is started with tini, as its image does', () => {
    const own = 'ENTRYPOINT ["/tini", "--", "/usr/bin/deno"]';
    assert.deepEqual(started(deno('CMD ["run", "main.ts"]')), ['CMD ["run", "main.ts"]', own].toReversed());
    assert.deepEqual(started(deno('CMD ["deno", "run", "main.ts"]')), ['CMD ["run", "main.ts"]', own].toReversed());
    assert.deepEqual(started(deno('CMD deno run main.ts')), ['CMD ["run", "main.ts"]', own].toReversed());
    assert.deepEqual(started(deno('ENTRYPOINT ["deno", "run", "main.ts"]')), ['ENTRYPOINT ["deno", "run", "main.ts"]']);
    assert.deepEqual(started(deno('ENTRYPOINT ["/tini", "--", "docker-entrypoint.sh"]\nCMD ["serve", "main.ts"]')), [
      'ENTRYPOINT ["/tini", "--", "/usr/bin/deno"]',
      'CMD ["serve", "main.ts"]',
    ]);
  });

  test('is not converted where it needs more', () => {
    declines(deno('CMD ["./start.sh"]'), '5: “./start.sh” is');
    declines(deno('CMD ["deno", "run", "--watch", "main.ts"]'), '5: “--watch” is for development.');
    declines(deno('CMD ["test"]'), '5: “test” is for development.');
    declines(
      'FROM denoland/deno:alpine\nRUN apk add curl\nWORKDIR /app\nCOPY . .\nCMD ["run", "main.ts"]\n',
      '2: “denoland/deno:alpine” has a Deno that is patched for Alpine',
    );
    declines(
      'FROM denoland/deno:bin-2.5.0\nWORKDIR /app\nCOPY . .\nCMD ["run", "main.ts"]\n',
      '1: “denoland/deno:bin-2.5.0” is not one of the images',
    );
    declines(
      'FROM debian:13\nWORKDIR /app\nCOPY . .\nCMD ["deno", "run", "main.ts"]\n',
      '1: Deno is taken along from its own image only',
    );
    declines(
      'FROM denoland/deno:2.5.0\nCOPY . .\nRUN deno cache main.ts\nCMD ["run", "main.ts"]\n',
      '2: This is copied to /',
    );
    declines(
      'FROM denoland/deno:alpine AS build\nWORKDIR /app\nCOPY . .\nRUN deno compile -o server main.ts\nFROM alpine\nCOPY --from=build /app/server /server\nCMD ["/server"]\n',
      '4: What is made here is linked to the C library of Alpine',
    );
  });

  test('of its vendor’s distroless tag is minimal already', () => {
    assert.equal(
      outcome('FROM denoland/deno:distroless-2.5.0\nCOPY . /app\nCMD ["run", "/app/main.ts"]\n').outcome,
      'already-minimal',
    );
    assert.equal(
      outcome('FROM oven/bun:distroless\nCOPY . /app\nCMD ["run", "/app/main.ts"]\n').outcome,
      'already-minimal',
    );
    assert.equal(outcome('FROM oven/bun:1-distroless\nCOPY . /app\n').outcome, 'already-minimal');
  });
});

describe('Bun', () => {
  const scripts = (start: string, more: Readonly<Record<string, string>> = {}): Context => ({
    'package.json': JSON.stringify({ scripts: { start, ...more } }),
  });

  test('runs a file; a script of package.json is written out, for only a shell runs it', () => {
    assert.deepEqual(started(bun('CMD ["bun", "run", "index.ts"]')), ['CMD ["bun", "run", "index.ts"]']);
    assert.deepEqual(started(bun('CMD bun src/index.ts')), ['CMD ["bun", "src/index.ts"]']);
    assert.deepEqual(started(bun('CMD ["index.ts"]')), ['CMD ["/usr/local/bin/bun", "index.ts"]']);
    assert.deepEqual(
      started(bun('CMD ["bun", "start", "--port", "80"]'), scripts('NODE_ENV=production bun run src/a.ts')),
      ['ENV NODE_ENV=production', 'CMD ["/usr/local/bin/bun", "run", "src/a.ts", "--port", "80"]'],
    );
  });

  test('is not converted where it needs more', () => {
    declines(bun('CMD ["bun", "run", "start"]'), '5: Bun runs the scripts of package.json with a shell');
    declines(
      bun('CMD ["bun", "run", "start"]'),
      '5: The script “start” of package.json is “next start | tee log”',
      scripts('next start | tee log'),
    );
    declines(
      bun('CMD ["bun", "run", "start"]'),
      '5: The script “start” of package.json runs “vite”, which is for development',
      scripts('vite --host'),
    );
    declines(
      bun('CMD ["bun", "start"]'),
      '5: The script “start” of package.json is for development',
      scripts('bun --watch a.ts'),
    );
    declines(
      bun('CMD ["bun", "start"]'),
      '5: The script “start” of package.json is “bun a.ts”, with “prestart”',
      scripts('bun a.ts', { prestart: 'x' }),
    );
    declines(bun('CMD ["bun", "--hot", "index.ts"]'), '5: “--hot” is for development');
    declines(bun('CMD ["bunx", "serve"]'), '5: “bunx” is not Bun');
  });

  test('starts in the folder of its image, which the new base does not know', () => {
    const conversion = outcome('FROM oven/bun:1\nCOPY . .\nRUN bun install\nCMD ["bun", "index.ts"]\n');
    assert.equal(conversion.outcome, 'converted');
    assert.match(
      'dockerfile' in conversion ? conversion.dockerfile : '',
      /WORKDIR \/home\/bun\/app\n(.*\n)*COPY --from=build \/home\/bun\/app \/home\/bun\/app\n/,
    );
  });
});
