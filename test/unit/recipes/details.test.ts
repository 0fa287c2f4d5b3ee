/** Single decisions, each on the few lines that matter. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../../server/dockerfile/text.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { addressAsked } from '../../../server/recipes/health.ts';
import { TODAY } from '../../support/carets.ts';

function converted(text: string) {
  const conversion = convert(readDockerfile(text), { today: TODAY });
  if (conversion.outcome !== 'converted') assert.fail(JSON.stringify(conversion, null, 2));
  return conversion;
}

/** The stage that ships. */
const final = (text: string) => converted(text).dockerfile.split('\n\nFROM ')[1]?.trimEnd().split('\n');
const builder = (text: string) => converted(text).dockerfile.split('\n\nFROM ')[0]?.split('\n');
const notes = (text: string) => converted(text).notes.map(({ line, message }) => `${line + 1}: ${message}`);

const GO = 'FROM golang:1.27\nWORKDIR /app\nCOPY . .\n';

describe('Go', () => {
  test('a program that “go install” names is taken for Linux, and not for another system', () => {
    const installed = (variable: string) =>
      `FROM golang:1.27 AS build\nWORKDIR /go/src/app\nCOPY . .\nRUN CGO_ENABLED=0 ${variable} go install ./...\n\nFROM alpine:3.22\nCOPY --from=build /go/bin/app /\nCMD ["/app"]\n`;
    assert.deepEqual(final(installed('GOOS=linux'))?.slice(1), ['COPY --from=build /go/bin/app /', 'CMD ["/app"]']);
    assert.equal(convert(readDockerfile(installed('GOOS=freebsd')), { today: TODAY }).outcome, 'declined');
  });

  test('a binary that is moved is where it was moved to; one that is copied is taken from where it runs', () => {
    assert.deepEqual(final(`${GO}RUN go build -o a . && mv a /usr/bin/b\nCMD ["b"]\n`)?.slice(2), [
      'COPY --from=build /usr/bin/b /usr/bin/b',
      'CMD ["b"]',
    ]);
    assert.deepEqual(final(`${GO}RUN go build -o a . && cp a /usr/bin/b\nCMD ["b"]\n`)?.slice(2), [
      'COPY --from=build /usr/bin/b /usr/bin/b',
      'CMD ["b"]',
    ]);
    assert.deepEqual(final(`${GO}RUN go build -o a . && cp a /usr/bin/b\nCMD ["./a"]\n`)?.slice(2), [
      'COPY --from=build /app/a /app/a',
      'COPY --from=build /usr/bin/b /usr/bin/b',
      'CMD ["./a"]',
    ]);
    assert.deepEqual(
      final(`${GO}RUN mkdir /out && go build -o a ./a && go build -o b ./b && cp a b /out\nCMD ["/out/b"]\n`)?.slice(2),
      ['COPY --from=build /out/b /out/b', 'COPY --from=build /out/a /out/a', 'CMD ["/out/b"]'],
    );
  });

  test('a platform that is written out holds for what ships, and that of the machine where the build cross-compiles does not', () => {
    const text = (platform: string, architecture: string) =>
      `FROM --platform=${platform} golang:1.27\nARG TARGETARCH\nCOPY . /src\nRUN cd /src && GOARCH=${architecture} go build -o /a .\nCMD ["/a"]\n`;
    assert.equal(
      final(text('linux/arm64', 'arm64').replace('ARG TARGETARCH\n', ''))?.[0],
      '--platform=linux/arm64 gcr.io/distroless/static-debian13:nonroot',
    );
    assert.equal(final(text('$BUILDPLATFORM', '$TARGETARCH'))?.[0], 'gcr.io/distroless/static-debian13:nonroot');
  });

  test('CGO_ENABLED=0 is written once, before the first build that does not say so itself', () => {
    assert.deepEqual(
      builder(
        `${GO}RUN CGO_ENABLED=0 go build -o a ./a\nRUN go build -o b ./b\nRUN go build -o c ./c\nCMD ["./a"]\n`,
      )?.slice(3),
      ['RUN CGO_ENABLED=0 go build -o a ./a', 'ENV CGO_ENABLED=0', 'RUN go build -o b ./b', 'RUN go build -o c ./c'],
    );
    assert.ok(!builder(`${GO}ARG CGO_ENABLED=0\nRUN go build -o a .\nCMD ["./a"]\n`)?.includes('ENV CGO_ENABLED=0'));
    assert.ok(
      !builder(`${GO}RUN export CGO_ENABLED=0 && go build -o a .\nCMD ["./a"]\n`)?.includes('ENV CGO_ENABLED=0'),
    );
  });

  test('C code on Debian: the base has what it is linked to', () => {
    const cgo = (image: string) =>
      `FROM ${image}\nWORKDIR /app\nCOPY . .\nRUN CGO_ENABLED=1 go build -o a .\nCMD ["./a"]\n`;
    assert.equal(converted(cgo('golang:1.26-bookworm')).base, 'gcr.io/distroless/cc-debian13:nonroot');
    assert.ok(!notes(cgo('golang:1.26-trixie')).some((it) => it.includes('will move on')));
    const from = (image: string) => converted(cgo(image)).dockerfile.split('\n')[0];
    assert.equal(from('golang:1.26'), 'FROM golang:1.26-trixie AS build');
    assert.equal(from('golang'), 'FROM golang:trixie AS build');
    assert.equal(from('golang:1.27-bookworm'), 'FROM golang:1.27-bookworm AS build');
    assert.equal(from('mirror.gcr.io/library/golang:1'), 'FROM mirror.gcr.io/library/golang:1-trixie AS build');
    const digest = `golang:1.26@sha256:${'0'.repeat(64)}`;
    assert.equal(from(digest), `FROM ${digest} AS build`);
    const byArgument = `ARG GO=1.26\n${cgo(`golang:${'$'}{GO}`)}`;
    assert.ok(
      notes(byArgument).some((it) => it.startsWith('2: “golang:${GO}” is built on Debian 13 today, and will move on.')),
    );
    const linked = `FROM golang:1.27-alpine\nWORKDIR /app\nRUN apk add gcc musl-dev\nCOPY . .\nRUN CGO_ENABLED=1 go build -ldflags '-linkmode external -extldflags "-static"' -o a .\nCMD ["./a"]\n`;
    assert.equal(converted(linked).base, 'gcr.io/distroless/static-debian13:nonroot');
  });

  test('only the last of several commands counts', () => {
    assert.deepEqual(final(`${GO}RUN go build -o a .\nCMD ["./b"]\nCMD ["./a"]\n`)?.slice(2), [
      'COPY --from=build /app/a /app/a',
      'CMD ["./a"]',
    ]);
    assert.ok(
      notes(`${GO}RUN go build -o a .\nCMD ["./b"]\nCMD ["./a"]\n`).includes(
        '5: This CMD is left out: the last one in the file is the one that counts.',
      ),
    );
  });

  test('what ENV sets goes where it is read', () => {
    const text = (env: string, run: string) =>
      `FROM golang:1.27\n${env}\nWORKDIR /app\nCOPY . .\nRUN ${run}\nCMD ["./a"]\n`;
    const where = (env: string, run = 'go build -o a .') => [
      builder(text(env, run))?.includes(env),
      final(text(env, run))?.includes(env),
    ];
    assert.deepEqual(where('ENV PORT=1'), [false, true]);
    assert.deepEqual(where('ENV GOPROXY=off'), [true, false]);
    assert.deepEqual(where('ENV GOMEMLIMIT=1GiB'), [false, true]);
    assert.deepEqual(where('ENV VERSION=1', 'go build -ldflags "-X main.v=$VERSION" -o a .'), [true, true]);
    assert.deepEqual(where('ENV STAGE=live', './gen && go build -o a .'), [true, true]);
    assert.deepEqual(where('ENV TZ=UTC'), [true, true]);
  });
});

describe('Node.js', () => {
  const NODE = 'FROM node:24\nWORKDIR /app\n';

  test('development dependencies are taken out after what may need them, once package.json is there', () => {
    const lines = (text: string) => builder(`${NODE}${text}CMD ["node", "x.js"]\n`)?.slice(2);
    assert.deepEqual(lines('COPY . .\nRUN npm ci\nRUN npm run build\n'), [
      'COPY . .',
      'RUN npm ci',
      'RUN npm run build',
      'RUN npm prune --omit=dev',
    ]);
    assert.deepEqual(lines('RUN --mount=type=bind,source=package.json,target=package.json npm ci\nCOPY . .\n'), [
      'RUN --mount=type=bind,source=package.json,target=package.json npm ci',
      'COPY . .',
      'RUN npm prune --omit=dev',
    ]);
    assert.deepEqual(lines('COPY . .\nRUN cd server && npm ci\n'), [
      'COPY . .',
      'RUN cd server && npm ci',
      'RUN cd server && npm prune --omit=dev',
    ]);
  });

  test('npm of Node.js 14 and older is asked in its own words', () => {
    const prune = (tag: string) =>
      builder(`FROM node:${tag}\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n`)?.find((line) =>
        line.includes('prune'),
      );
    assert.equal(prune('14-bullseye'), 'RUN npm prune --production');
    assert.equal(prune('16-bullseye'), 'RUN npm prune --omit=dev');
  });

  test('a registry that a build argument names leaves the version what it is', () => {
    const opens = (image: string) => {
      const text = `ARG PREFIX=docker.io/library/ V=20\nFROM ${image}\nWORKDIR /app\nCOPY . .\nRUN npm ci --omit=dev\nCMD ["node", "x.js"]\n`;
      const conversion = convert(readDockerfile(text), { today: TODAY });
      if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
      return conversion.notes.some(({ message }) => message.includes('build argument'));
    };
    assert.equal(opens('${PREFIX}node:20'), false);
    assert.equal(opens('node:$V'), true);
    assert.equal(opens('${PREFIX}node:${V:-20}-slim'), true);
  });

  test('each package manager takes them out in its own way, where it has one', () => {
    const pruned = (run: string, packageManager?: string, files: Readonly<Record<string, string>> = {}) => {
      const manifest = JSON.stringify({ packageManager, devDependencies: { x: '1' } });
      const context = new Map(Object.entries({ 'package.json': manifest, ...files }));
      const dockerfile = readDockerfile(`${NODE}COPY . .\nRUN ${run}\nCMD ["node", "x.js"]\n`);
      const conversion = convert(dockerfile, { today: TODAY, context });
      if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
      return conversion.dockerfile.split('\n')[4];
    };
    assert.equal(pruned('npm i -g pnpm && pnpm install'), 'RUN CI=true pnpm prune --prod --ignore-scripts');
    assert.equal(pruned('pnpm install', 'pnpm@7.1.0'), '');
    assert.equal(pruned('npm i -g pnpm@7 && pnpm install'), '');
    assert.equal(pruned('pnpm install --filter server'), '');
    assert.equal(
      pruned('yarn install', 'yarn@1.22.0'),
      'RUN yarn install --production --ignore-scripts --prefer-offline',
    );
    const linked = { '.yarnrc.yml': 'nodeLinker: node-modules\n' };
    assert.equal(pruned('yarn install', 'yarn@4.9.1', linked), 'RUN yarn workspaces focus --all --production');
    assert.equal(pruned('yarn install', 'yarn@3.1.0', linked), '');
    assert.throws(() => pruned('yarn install', 'yarn@4.9.1'), /Plug’n’Play/);
  });

  test('curl that no line calls may be there for a health check in another file', () => {
    const told = (run: string) => {
      const conversion = convert(
        readDockerfile(`${NODE}RUN ${run}\nCOPY . .\nRUN npm ci --omit=dev\nCMD ["node", "x.js"]\n`),
        {
          today: TODAY,
        },
      );
      if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
      return conversion.notes.find(({ message }) => message.startsWith('“curl”'))?.message;
    };
    const install = 'apt-get update && apt-get install -y curl';
    const serves = '“curl” is assumed to serve the build only, and is not in what ships.';
    assert.equal(
      told(install),
      `${serves} A health check outside of this file, such as in a compose file, cannot call it.`,
    );
    assert.equal(told(`${install} && curl -o /tmp/a https://example.com/a`), serves);
  });

  test('libraries of the system that native addons load come along', () => {
    const install = (name: string) =>
      `${NODE}RUN apt-get update && apt-get install -y ${name}\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n`;
    assert.ok(final(install('libpq5'))?.includes('COPY --from=build /libraries /'));
    assert.ok(
      builder(install('libvips-dev'))?.some((line) =>
        line.includes("find /app -type f '(' -name '*.so*' -o -name '*.node' ')' -exec ldd {} ';'"),
      ),
    );
    for (const name of ['libgtk-3-0', 'chromium', 'libgl1'])
      assert.throws(() => final(install(name)), /may be needed while the program runs/);
  });

  test('where there are none, nothing is done', () => {
    const prunes = (text: string) =>
      builder(`FROM node:24\n${text}CMD ["node", "/app/x.js"]\n`)?.some((line) => line.includes('prune'));
    assert.equal(prunes('WORKDIR /app\nCOPY . .\nRUN npm ci --omit=dev\n'), false);
    assert.equal(prunes('ENV NODE_ENV=production\nWORKDIR /app\nCOPY . .\nRUN npm ci\n'), false);
    assert.equal(prunes('ENV NODE_ENV=production\nWORKDIR /app\nCOPY . .\nRUN npm ci --include=dev\n'), true);
    assert.equal(prunes('WORKDIR /app\nCOPY . .\nRUN npm ci --omit=dev --include=dev\n'), true);
    assert.equal(prunes('WORKDIR /app\nCOPY . .\nRUN npm ci && mv node_modules /node_modules\n'), false);
  });

  test('a port in ENV is for the program, what the build may read stays with it too', () => {
    const text = `${NODE}ENV PORT=1\nENV API=x\nENV npm_config_cache=/c\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n`;
    assert.deepEqual(
      builder(text)?.filter((line) => line.startsWith('ENV')),
      ['ENV API=x', 'ENV npm_config_cache=/c'],
    );
    assert.deepEqual(
      final(text)?.filter((line) => line.startsWith('ENV')),
      ['ENV PORT=1', 'ENV API=x'],
    );
  });
});

test('what curl and wget ask for, where they do nothing else', () => {
  const asked = (text: string) => addressAsked(text.split(' '));
  assert.equal(asked('curl -f http://localhost/'), 'http://localhost/');
  assert.equal(asked('curl --fail --silent -m 2 localhost:3000/health'), 'http://localhost:3000/health');
  assert.equal(asked('/usr/bin/curl -fsSL -o /dev/null https://localhost/x'), 'https://localhost/x');
  assert.equal(asked('wget --no-verbose --tries=1 --spider http://localhost:8080/'), 'http://localhost:8080/');
  assert.equal(asked('wget -qO- http://127.0.0.1/x'), 'http://127.0.0.1/x');
  assert.equal(asked('curl http://localhost/'), undefined, 'without -f curl succeeds whatever the answer is');
  assert.equal(asked('curl -f -X POST http://localhost/'), undefined);
  assert.equal(asked('curl -f -H a http://localhost/'), undefined);
  assert.equal(asked('curl -f http://a http://b'), undefined);
  assert.equal(asked("curl -f http://localhost/'"), undefined);
  assert.equal(asked('nc -z localhost 80'), undefined);
});

test('a stage that others are built on is left whole for them, and what ships stands after it, and only once', () => {
  const stage =
    'FROM node:24 AS app\nWORKDIR /app\nCOPY . .\nRUN npm ci\n# here\nEXPOSE 80\nUSER node\nCMD ["node", "x.js"]\n';
  const others = 'FROM app AS dev-envs\nRUN npm i -g nodemon\n';
  const first = convert(readDockerfile(`${stage}${others}`), { today: TODAY, stage: 0 });
  if (first.outcome !== 'converted') throw new Error(JSON.stringify(first));
  assert.equal(
    first.dockerfile,
    `${stage}
FROM app AS build
USER root
RUN npm prune --omit=dev

FROM gcr.io/distroless/nodejs24-debian13:nonroot AS final
WORKDIR /app
COPY --from=build /app /app
EXPOSE 80
CMD ["x.js"]
${others}`,
  );
  assert.ok(first.notes.some(({ message }) => message.includes('What ships is “--target final”')));
  assert.deepEqual(convert(readDockerfile(first.dockerfile), { today: TODAY, stage: 0 }), {
    outcome: 'already-minimal',
    base: first.base,
  });
});

test('a stage of which only the base would change stands beside a copy of it, where others are built on it', () => {
  const build = 'FROM golang:1.27 AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\n';
  const ship = (from: string) => `FROM ${from}\nCOPY --from=build /app /app\nEXPOSE 8080\nCMD ["/app"]\n`;
  const dev = '\nFROM ship AS dev-envs\nRUN apt-get update && apt-get install -y git\n';
  const text = `${build}# ships\n${ship('debian:13 AS ship')}${dev}`;
  const first = convert(readDockerfile(text), { today: TODAY, stage: 1 });
  if (first.outcome !== 'converted') throw new Error(JSON.stringify(first));
  const expected = `${build}# ships\n${ship('debian:13 AS ship')}\n${ship('gcr.io/distroless/static-debian13:nonroot AS final')}${dev}`;
  assert.equal(first.dockerfile, expected);
  assert.equal(applyEdits(text, first.edits), expected);
  assert.deepEqual(first.target, { before: 'ship', after: 'final' });
  assert.equal(convert(readDockerfile(expected), { today: TODAY, stage: 1 }).outcome, 'already-minimal');
  const numbered = convert(readDockerfile(`${text}COPY --from=1 /app /x\nFROM debian:13\nCOPY --from=2 / /x\n`), {
    today: TODAY,
    stage: 1,
  });
  assert.match(JSON.stringify(numbered), /--from=2 would then mean another one/);
});

test('WORKDIR stands for “cd” in what starts the container, and changes nothing for the lines above it', () => {
  const ends = (text: string) => {
    const conversion = convert(readDockerfile(text), { today: TODAY });
    if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
    const { dockerfile, notes } = conversion;
    const changes = notes.some(({ message }) => message.includes('stands for “cd”'));
    const lines = dockerfile
      .slice(dockerfile.lastIndexOf('\nFROM ') + 1)
      .trimEnd()
      .split('\n');
    return [...lines.filter((line) => /^(WORKDIR|COPY \.|CMD|ENV P|#)/.test(line)), changes];
  };
  const node = (cmd: string) => `FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\n# starts it\n${cmd}\n`;
  assert.deepEqual(ends(node('CMD cd server && PORT=80 exec node main.js')), [
    'WORKDIR /app',
    'ENV PORT=80',
    '# starts it',
    'WORKDIR /app/server',
    'CMD ["main.js"]',
    true,
  ]);
  assert.deepEqual(ends(node('CMD ["sh", "-c", "cd /app && node main.js"]')), [
    'WORKDIR /app',
    '# starts it',
    'CMD ["main.js"]',
    false,
  ]);
  assert.deepEqual(ends('FROM python:3.13-slim\nRUN pip install flask\nCOPY . app\nCMD cd /app && flask run\n'), [
    'WORKDIR /',
    'COPY . app',
    'WORKDIR /app',
    'CMD ["-m", "flask", "run"]',
    true,
  ]);
  assert.deepEqual(
    ends('FROM ruby:3.4\nWORKDIR /app\nCOPY . .\nRUN bundle install\nCMD cd web && bundle exec puma\n'),
    ['WORKDIR /app', 'WORKDIR /app/web', 'CMD ["ruby", "-S", "bundle", "exec", "puma"]', true],
  );
  const declined = convert(readDockerfile(node('CMD cd $DIR && node main.js')), { today: TODAY });
  assert.equal(declined.outcome, 'declined', 'only the container knows');
});

test('a builder whose tag does not tell its release is assumed to be on one that the base can follow', () => {
  const text = 'FROM golang:1.24.5\nENV CGO_ENABLED=1\nCOPY . .\nRUN go build -o /app .\nCMD ["/app"]\n';
  const conversion = convert(readDockerfile(text), { today: TODAY });
  if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
  assert.match(conversion.dockerfile, /^FROM golang:1\.24\.5 AS build$/m, 'no release is made up');
  assert.ok(conversion.notes.some(({ kind, message }) => kind === 'assumption' && message.includes('older release')));
});

test('development dependencies that a stage below installs are named where they ship along', () => {
  const text =
    'FROM node:24 AS app\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\nFROM app AS test\nRUN npm test\nFROM app AS production\nENV A=1\n';
  const conversion = convert(readDockerfile(text), { today: TODAY });
  if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
  assert.ok(!conversion.dockerfile.includes('prune'), 'the tests need them');
  assert.ok(
    conversion.notes.some(
      ({ line, message }) => line === 3 && message.startsWith('Development dependencies are installed'),
    ),
  );
});

test('Next.js can write where it keeps what it makes while it runs; Prisma is warned of where package.json names it', () => {
  const text = 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD ["npx", "next", "start"]\n';
  const context = new Map([['package.json', '{"dependencies":{"next":"15","@prisma/client":"6"}}']]);
  const conversion = convert(readDockerfile(text), { today: TODAY, context });
  if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
  assert.match(conversion.dockerfile, /^RUN mkdir -p \/app\/\.next\/cache \/writable\/app\/\.next && cp -a /m);
  assert.match(conversion.dockerfile, /^COPY --from=build --chown=65532:65532 \/writable\/app\/\.next \/app\/\.next$/m);
  const said = conversion.notes.map(({ kind, line, message }) => `${line + 1} ${kind}: ${message}`);
  assert.ok(said.some((it) => it.startsWith('5 change: /app/.next/cache belongs to 65532:65532')));
  assert.ok(said.some((it) => it.startsWith('1 risk: Prisma’s engine')));
});

test('a check may ask for an address with a variable in it, which node and Python read by themselves', () => {
  const check = (image: string, test: string, set = 'ENV PORT=8000\n') => {
    const [install, start] = image.startsWith('node')
      ? ['npm ci', 'node", "a.js']
      : ['pip install x', 'python", "a.py'];
    const text = `FROM ${image}\nWORKDIR /app\nCOPY . .\nRUN ${install}\n${set}HEALTHCHECK CMD ${test}\nCMD ["${start}"]\n`;
    return final(text)?.find((line) => line.startsWith('HEALTHCHECK'));
  };
  assert.equal(
    check('python:3.12', 'curl -f http://localhost:${PORT}/up || exit 1'),
    `HEALTHCHECK CMD ["python", "-c", "from os import environ; from urllib.request import urlopen; urlopen('http://localhost:' + environ['PORT'] + '/up')"]`,
  );
  assert.equal(
    check('node:24', 'wget -qO- "http://localhost:${HTTP_PORT:-80}"', ''),
    `HEALTHCHECK CMD ["/nodejs/bin/node", "-e", "fetch('http://localhost:' + (process.env.HTTP_PORT || '80')).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]`,
  );
  assert.equal(check('node:24', 'curl -f http://localhost:$PORT', ''), undefined, 'nothing here sets it');
  assert.equal(check('node:24', 'curl -f http://localhost:$(cat port)'), undefined);
  assert.equal(check('node:24', 'curl -f -H "X: $PORT" http://localhost'), undefined);
});

test('a library that the base has is no reason for a stage of its own', () => {
  const text =
    'FROM rust:bookworm AS builder\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n\nFROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y libssl-dev\nCOPY --from=builder /app/target/release/main /app/main\nCMD ["/app/main"]\n';
  assert.deepEqual(final(text), [
    'gcr.io/distroless/cc-debian13:nonroot',
    'COPY --from=builder /app/target/release/main /app/main',
    'CMD ["/app/main"]',
  ]);
});
