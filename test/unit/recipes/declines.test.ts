/** What is not converted, and why: each reason at its line, with what would make it possible. Lines count from 1 here, as an editor shows them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { belowDevelopment } from '../../../server/recipes/shipped-stage.ts';
import { TODAY } from '../../support/carets.ts';

function reasons(text: string, context: Readonly<Record<string, string>> = {}, today = TODAY): string[] {
  const conversion = convert(readDockerfile(text), { today, context: new Map(Object.entries(context)) });
  if (conversion.outcome !== 'declined') assert.fail(JSON.stringify(conversion, null, 2));
  return conversion.reasons.map(({ line, message }) => `${line + 1}: ${message}`);
}

/** Each reason begins with its expectation. */
function declines(text: string, expected: readonly string[], context: Readonly<Record<string, string>> = {}): void {
  const said = reasons(text, context);
  assert.equal(said.length, expected.length, said.join('\n'));
  for (const [i, start] of expected.entries())
    assert.ok(said[i]!.startsWith(start), `${said[i]}\nshould begin with\n${start}`);
}

const GO = 'FROM golang:1.27\nWORKDIR /app\nCOPY . .\n';
const NODE = 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\n';

describe('Go', () => {
  test('what runs is not a file that is built', () => {
    declines(`${GO}RUN go mod download\nCMD ["go", "run", "./cmd/web"]\n`, [
      '5: “go run” compiles at every start, with the whole toolchain. Build it instead (RUN go build -o /usr/local/bin/app ./cmd/web)',
    ]);
    declines(`${GO}RUN go install github.com/air-verse/air@latest\nCMD ["air", "-c", ".air.toml"]\n`, [
      '5: “air” is for development',
    ]);
    declines(`${GO}RUN go build -o server .\nENTRYPOINT ["./entrypoint.sh"]\nCMD ["./server"]\n`, [
      '5: “./entrypoint.sh” is a script',
    ]);
    declines(`${GO}RUN go build -o server .\n`, [
      '1: Nothing here says what the container runs. Add a CMD or an ENTRYPOINT.',
    ]);
    declines(`${GO}RUN go build -o server .\nCMD ["./api"]\n`, [
      '5: The container runs “/app/api”, but the build writes “/app/server”.',
    ]);
    declines(`${GO}RUN go build -o a . && mv a /usr/bin/b\nCMD ["./a"]\n`, [
      '5: The container runs “/app/a”, but the build writes “/usr/bin/b”.',
    ]);
    declines(`${GO}RUN go vet ./...\nCMD ["./server"]\n`, ['5: No line of this file builds “./server”.']);
    declines('FROM golang:1.27\nRUN go get example.com/a/cmd/server\nCMD ["server"]\n', [
      '2: “go get” builds no programs from Go 1.18 on. Write “go install example.com/a/cmd/server@latest”',
    ]);
    declines(`${GO}RUN make\nCMD ["server"]\n`, [
      '5: Which folder “server” is in cannot be told, because “make” puts it there.',
    ]);
  });

  test('a command that only a shell can run', () => {
    declines(`${GO}RUN go build -o server .\nCMD ./server --port $PORT\n`, [
      '5: CMD needs a shell, and a distroless image has none: variables are filled in by one. Let the program read its environment',
    ]);
    declines(`${GO}RUN go build -o server .\nENTRYPOINT ["sh", "-c", "./migrate && ./server"]\n`, [
      '5: ENTRYPOINT needs a shell, and a distroless image has none: it joins several commands.',
    ]);
    declines(`${GO}RUN go build -o server .\nENTRYPOINT ["./server"]\nCMD serve\n`, [
      '6: CMD in shell form gives ENTRYPOINT the arguments',
    ]);
  });

  test('cgo that the base cannot follow', () => {
    declines(
      'FROM golang:1.27-alpine\nWORKDIR /app\nRUN apk add --no-cache gcc musl-dev vips-dev\nCOPY . .\nRUN CGO_ENABLED=1 go build -o app .\nCMD ["./app"]\n',
      ['3: The build has to move from Alpine to Debian, and how Debian calls “vips-dev” is not known here.'],
    );
    declines(
      'FROM golang:1.27-alpine\nWORKDIR /app\nRUN apk add build-base librdkafka-dev\nCOPY . .\nRUN CGO_ENABLED=1 go build -tags musl -o app .\nCMD ["./app"]\n',
      ['5: CGO_ENABLED=1 asks for C code, and would be linked to Alpine’s C library (musl)'],
    );
    declines(
      'FROM golang:1.20-alpine\nWORKDIR /app\nRUN apk add build-base sqlite-dev\nCOPY . .\nRUN CGO_ENABLED=1 go build -o app .\nCMD ["./app"]\n',
      ['5: CGO_ENABLED=1 asks for C code, and would be linked to Alpine’s C library (musl)'],
    );
    declines('FROM example.com/golang:1.19\nENV CGO_ENABLED=1\nCOPY . .\nRUN go build -o /app .\nCMD ["/app"]\n', [
      '4: CGO_ENABLED=1 asks for C code, and which C library “example.com/golang:1.19” links it to is not known.',
    ]);
    declines(`${GO}RUN go build -buildmode=pie -o app .\nCMD ["./app"]\n`, ['4: “-buildmode=pie”']);
    declines(`${GO}RUN go test -race ./... && go build -o app .\nCMD ["./app"]\n`, ['4: “-race” needs cgo']);
    declines(
      `FROM golang:1.27 AS build\nRUN go build -o /app .\nFROM build AS test\nRUN go test -race ./...\nFROM alpine\nCOPY --from=build /app /app\nCMD ["/app"]\n`,
      ['4: “-race” needs cgo'],
    );
  });

  test('what other stages bring', () => {
    const after = (final: string) => `FROM golang:1.27 AS build\nRUN go build -o /app .\n${final}`;
    declines(after('FROM example.com/tools\nCOPY --from=build /app /app\nCMD ["/app"]\n'), [
      '3: What “example.com/tools” holds that the program may need is not known.',
    ]);
    declines(after('FROM alpine\nCOPY --from=build /app /app\nCMD ["/server"]\n'), [
      '5: The container runs “/server”, but the build writes “/app”.',
    ]);
    declines(after('FROM alpine\nRUN apk add git\nCOPY --from=build /app /app\nCMD ["/app"]\n'), [
      '4: “git” may be needed while the program runs',
    ]);
    declines(`ARG BASE\n${after('FROM $BASE\nCOPY --from=build /app /app\nCMD ["/app"]\n')}`, [
      '4: Which image “$BASE” is depends on a build argument without a default.',
    ]);
  });

  test('a compiler on Alpine is no reason where go.mod shows that nothing needs it', () => {
    const text =
      'FROM golang:1.27-alpine\nWORKDIR /app\nRUN apk add build-base\nCOPY . .\nRUN go build -o app .\nCMD ["./app"]\n';
    const context = new Map([['go.mod', 'module example.com/app\n']]);
    assert.equal(convert(readDockerfile(text), { today: TODAY, context }).outcome, 'converted');
  });

  test('what is needed at run time and cannot come along', () => {
    declines(
      `${GO}RUN apt-get update && apt-get install -y git ffmpeg=7.* libvips42\nRUN go build -o app .\nCMD ["./app"]\n`,
      ['4: “ffmpeg” and “libvips42” may be needed while the program runs'],
    );
    declines(`${GO}RUN go build -o app .\nRUN ./scripts/install-plugins\nCMD ["./app"]\n`, [
      '5: What “install-plugins” leaves behind cannot be told, and it runs after the program is built.',
    ]);
    declines(`${GO}RUN go build -o app . && \\\n    setcap cap_net_bind_service=+ep app\nCMD ["./app"]\n`, [
      '5: “setcap”',
    ]);
    declines(
      `${GO}RUN ln -sf /usr/share/zoneinfo/Europe/Vienna /etc/localtime\nRUN go build -o app .\nCMD ["./app"]\n`,
      ['4: /etc/localtime is set here, and the base has its own. Set the time zone with ENV TZ instead.'],
    );
    declines('FROM golang:1.27\nWORKDIR /root/app\nCOPY . .\nRUN go build -o app .\nCMD ["./app"]\n', [
      '2: /root/app cannot be reached without root',
    ]);
  });

  test('what hangs on a build argument', () => {
    declines('FROM golang:1.27\nARG FOLDER=/app\nWORKDIR $FOLDER\nCOPY . .\nRUN go build -o app .\nCMD ["./app"]\n', [
      '3: Which folder “$FOLDER” is cannot be told',
    ]);
    declines(`${GO}ARG USER_ID\nRUN go build -o app .\nUSER $USER_ID\nCMD ["./app"]\n`, [
      '6: Which user “$USER_ID” is depends on a build argument.',
    ]);
    declines(`${GO}LABEL built-with=$GOLANG_VERSION\nRUN go build -o app .\nCMD ["./app"]\n`, [
      '4: “GOLANG_VERSION” is set by the image “golang:1.27” only',
    ]);
  });

  test('every reason is given at once', () => {
    declines(
      `${GO}ONBUILD COPY . .\nRUN apt-get install -y ghostscript\nRUN go build -o app .\nCMD ./app | tee log\n`,
      ['4: ONBUILD makes this a base for other builds', '5: “ghostscript” may be needed', '7: CMD needs a shell'],
    );
  });
});

describe('Node.js', () => {
  test('a version without an image', () => {
    declines('FROM node:25\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n', [
      '1: Google has no distroless image of Node.js 25, and another version may not run the program. Move to Node.js 26.',
    ]);
    declines('FROM cgr.dev/chainguard/node:20-dev\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n', [
      '1: ',
    ]);
    declines('FROM node:lts\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n', [
      '1: Which Node.js “node:lts” is changes over time',
    ]);
    declines(
      'FROM ubuntu:24.04\nWORKDIR /app\nCOPY . .\nRUN apt-get install -y nodejs npm && npm ci\nCMD ["node", "x.js"]\n',
      ['4: Which Node.js the package “nodejs” brings, no line says'],
    );
  });

  test('an image that has ended by then is not taken: the user’s own node goes on', () => {
    const base = (today: string) => {
      const text = 'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n';
      const conversion = convert(readDockerfile(text), { today });
      return conversion.outcome === 'converted' && conversion.base;
    };
    assert.equal(base('2027-04-29'), 'gcr.io/distroless/nodejs22-debian13:nonroot');
    assert.equal(base('2027-05-01'), 'gcr.io/distroless/cc-debian13:nonroot');
  });

  test('development images', () => {
    declines(`${NODE}CMD ["npm", "run", "dev"]\n`, ['5: By its name, the script “dev” is for development']);
    declines(`${NODE}CMD ["nodemon", "server.js"]\n`, ['5: “nodemon” is for development']);
    declines(`${NODE}CMD ["npx", "ts-node", "server.ts"]\n`, ['5: “npx” is not in a distroless image.']);
    declines(`${NODE}CMD ["node", "-r", "ts-node/register", "server.ts"]\n`, [
      '5: “-r ts-node/register” compiles the sources',
    ]);
    declines(`${NODE}CMD ["node", "--watch", "server.js"]\n`, ['5: “--watch” is for development.']);
    declines(`${NODE}CMD ["node"]\n`, ['5: node without a file is a prompt']);
  });

  test('programs beside node', () => {
    declines(`${NODE}RUN npm i -g pm2\nCMD ["pm2-runtime", "ecosystem.config.js"]\n`, [
      '6: “pm2-runtime” keeps processes alive',
    ]);
    declines(`${NODE}ENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["node", "x.js"]\n`, [
      '5: “docker-entrypoint.sh” is a script',
    ]);
    declines(`${NODE}CMD ["next", "dev"]\n`, ['5: “next” is only converted as “next start”']);
    declines(`${NODE}CMD ["npx", "serve", "-s", "build"]\n`, ['5: “serve” comes with “serve”, which package.json'], {
      'package.json': '{"dependencies":{"express":"5"}}',
    });
    declines(`${NODE}ENTRYPOINT ["/sbin/tini", "--", "node", "x.js"]\n`, [
      '5: Where “/sbin/tini” comes from cannot be told',
    ]);
  });

  test('npm start, as far as package.json tells', () => {
    const start = (scripts: Readonly<Record<string, string>>) => ({ 'package.json': JSON.stringify({ scripts }) });
    declines(`${NODE}CMD npm start\n`, [
      '5: npm is not in a distroless image, and package.json, which says what “start” runs, could not be read.',
    ]);
    declines(
      `${NODE}CMD npm start\n`,
      ['5: npm is not in a distroless image, and package.json has no script “start”.'],
      start({ test: 'x' }),
    );
    declines(
      `${NODE}CMD npm start\n`,
      ['5: The script “start” of package.json comes with “prestart”'],
      start({ prestart: 'npm run build', start: 'node .' }),
    );
    declines(
      `${NODE}CMD npm start\n`,
      ['5: The script “start” of package.json is “node a.js && node b.js”'],
      start({ start: 'node a.js && node b.js' }),
    );
    declines(
      `${NODE}CMD yarn run serve\n`,
      ['5: The script “serve” of package.json runs “nodemon”, which is for development'],
      start({ serve: 'nodemon server.js' }),
    );
    declines(`${NODE}CMD npm start\n`, ['5: npm is not in a distroless image, and package.json, which'], {
      'package.json': '{',
    });
  });

  test('what comes from Alpine and has no counterpart', () => {
    const alpine = 'FROM node:24-alpine\nWORKDIR /app\n';
    const rest = 'COPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n';
    declines(`${alpine}RUN apk add --no-cache chromium\n${rest}`, [
      '3: The build has to move from Alpine to Debian, and how Debian calls “chromium” is not known here.',
      '3: “chromium” may be needed',
    ]);
    declines(`${alpine}RUN adduser -S app -G $GROUP\n${rest}`, [
      '3: The build has to move from Alpine to Debian, where “adduser” has other options.',
    ]);
    declines(`${alpine}RUN wget -q https://example.com/x\n${rest}`, ['3: “wget” is in Alpine’s image']);
    declines(`FROM example.com/node:24-alpine-tools\nWORKDIR /app\n${rest}`, ['1: ']);
  });

  test('an application without a folder of its own', () => {
    declines('FROM node:24\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n', [
      '2: The application is in /, among the files of the system',
    ]);
    declines('FROM node:24\nWORKDIR /usr/local\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n', [
      '2: The application is in /usr/local',
    ]);
    declines('FROM node:24\nWORKDIR /root/app\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n', [
      '2: /root/app cannot be reached without root',
    ]);
    declines('FROM node:24\nWORKDIR /app\nCMD ["node", "x.js"]\n', [
      '3: No line of this stage brings /app/x.js, which the container runs. COPY it there.',
    ]);
  });

  test('browsers and other things of the system', () => {
    declines(`${NODE}RUN npx playwright install --with-deps\nCMD ["node", "x.js"]\n`, [
      '5: The program starts a browser',
    ]);
    declines(`${NODE}CMD ["node", "x.js"]\n`, ['1: package.json names “puppeteer”, which starts a browser'], {
      'package.json': '{"dependencies":{"puppeteer":"24"}}',
    });
    declines(`${NODE}RUN apt-get update && apt-get install -y python3 python3-pip\nCMD ["node", "x.js"]\n`, [
      '5: “python3” and “python3-pip” may be needed',
    ]);
  });
});

describe('neither', () => {
  test('other languages, and none', () => {
    declines('# me\nFROM erlang:28\nCMD ["erl"]\n', ['2: “erlang:28” is the image of Erlang’s virtual machine']);
    declines('FROM debian:13\nRUN apt-get install -y irssi\nCMD ["irssi"]\n', [
      '2: The container runs “irssi” from a package of Debian',
    ]);
    declines('FROM debian:13\nRUN apt-get install -y apache2-utils\nCMD ["ab"]\n', [
      '3: What “ab” needs to run cannot be told: no line here builds it, and which package brings it is not known (apache2-utils).',
    ]);
    declines('FROM debian:13\nRUN ./build.sh\n', ['1: Nothing here says what the container runs. Add a CMD']);
    declines('FROM example.com/app:1\nCOPY settings.yaml /etc/\n', [
      '1: Nothing here says what the container runs, and what “example.com/app:1” starts is not known.',
    ]);
    declines('FROM debian:13\nCMD ["bash"]\n', ['2: “bash” is a shell, and a distroless image has none.']);
    declines('FROM debian:13\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\n', ['3: “/run.sh” is a script']);
    declines('FROM debian:13\nCMD serve $PORT | tee /log\n', [
      '2: CMD needs a shell, and a distroless image has none.',
    ]);
    declines('', ['1: There is no FROM, and so nothing to build.']);
  });

  test('a stage for development on top of what ships', () => {
    const text =
      `${NODE}CMD ["node", "x.js"]\nFROM app AS dev-envs\nRUN apt-get update && apt-get install -y git\n`.replace(
        '-slim',
        ' AS app',
      );
    declines(text, [
      '6: A plain build of this file makes “dev-envs”, which by its name is for development. Say which stage ships: --target app',
    ]);
    const dockerfile = readDockerfile(text);
    assert.equal(convert(dockerfile, { today: TODAY, stage: 0 }).outcome, 'converted');
    assert.equal(convert(dockerfile, { today: TODAY, built: 0 }).outcome, 'converted', 'a compose file builds it');
    const asked = JSON.stringify(convert(dockerfile, { today: TODAY, stage: 1 }));
    assert.ok(!asked.includes('for development'), 'somebody said that it ships');
    assert.deepEqual(belowDevelopment(dockerfile), [0]);
    const plain = readDockerfile(text.replace('AS dev-envs', 'AS app2'));
    assert.deepEqual(belowDevelopment(plain), []);
    const ignored = convert(plain, { today: TODAY, built: 0 });
    assert.deepEqual(ignored, convert(plain, { today: TODAY }), 'a plain build makes what ships');
  });

  test('a stage that would change the number of another', () => {
    const text = 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n';
    const dockerfile = readDockerfile(`${text}FROM node:24\nFROM alpine\nCOPY --from=1 /x /x\n`);
    const conversion = convert(dockerfile, { today: TODAY, stage: 0 });
    assert.deepEqual(conversion, {
      outcome: 'declined',
      language: 'node',
      reasons: [
        { line: 7, message: 'A stage is added, and --from=1 would then mean another one. Call it by its name.' },
      ],
    });
    const before = readDockerfile(`${text}FROM node:24\nFROM alpine\nCOPY --from=0 /x /x\n`);
    assert.equal(convert(before, { today: TODAY, stage: 0 }).outcome, 'converted');
  });

  test('a line that goes on with nothing', () => {
    declines(`${NODE}CMD ["node", "x.js"]\nRUN apt-get update && \\\n\n`, [
      '6: This line ends in “\\”, and what it should go on with',
    ]);
  });

  test('a debug variant, and a file that cannot be read', () => {
    declines('FROM gcr.io/distroless/static-debian13:debug-nonroot\nCOPY app /\nCMD ["/app"]\n', [
      '1: “gcr.io/distroless/static-debian13:debug-nonroot” is distroless with a shell',
    ]);
    declines('FROM golang:1.27\nRUM go build\nCMD ["x"]\n', ['2: “RUM” is not a Dockerfile instruction.']);
  });

  test('a file that is too large to be held against itself line by line', () => {
    const line = 'RUN apt-get update && apt-get install -y curl';
    const last = 'CMD ["node", "x.js"]\n';
    declines(`${NODE}${`${line}\n`.repeat(50_000)}${last}`, ['1: This Dockerfile has 50,005 instructions']);
    declines(`${NODE}RUN ${'npm ci && '.repeat(5_000)}true\n${last}`, ['1: This Dockerfile has 5,002 commands']);
    declines(`${NODE}RUN <<END\n${`echo ${'a'.repeat(60_000)}\n`.repeat(10)}END\n${last}`, [
      '1: This Dockerfile has 600,',
    ]);
    const many = readDockerfile(`${NODE}${`${line}\n`.repeat(300)}${last}`);
    assert.equal(convert(many, { today: TODAY }).outcome, 'converted');
  });

  test('patterns that a reader of patterns may never finish', () => {
    const stars = '*a'.repeat(25_000);
    const name = 'a'.repeat(200);
    const text = `FROM golang:1.27 AS build\nRUN go build -o /out/${name} .\nFROM debian:13\n`;
    for (const copy of [
      `COPY --from=build /out/${stars}b /bin/`,
      `COPY ${stars}b /bin/`,
      `COPY --from=build /out/${'*a'.repeat(40)}b /bin/`,
    ]) {
      const dockerfile = readDockerfile(`${text}${copy}\nCMD ["/bin/app"]\n`);
      assert.equal(convert(dockerfile, { today: TODAY }).outcome, 'declined');
    }
  });

  test('names of packages that no package has', () => {
    for (const name of ['lib[x-dev', "'lib(x-dev'", '"lib*x-dev"']) {
      const install = `RUN apt-get update && apt-get install -y gcc ${name}\nCOPY . .\n`;
      for (const build of [
        `FROM golang:1.27\n${install}RUN CGO_ENABLED=1 go build -o /app .\n`,
        `FROM rust:1\n${install}RUN cargo build --release && cp target/release/app /app\n`,
        `FROM gcc:14\n${install}RUN gcc -o /app a.c\n`,
      ]) {
        const { outcome } = convert(readDockerfile(`${build}CMD ["/app"]\n`), { today: TODAY });
        assert.ok(['converted', 'declined'].includes(outcome));
      }
    }
  });
});

test('what cannot be read is said as the rule says it; what another frontend may read is not called wrong', () => {
  const odd = `${GO}RUN --newflag=1 go build -o server .\nCMD ["./server"]\n`;
  const elsewhere = '# syntax=docker/dockerfile:1-labs\n';
  const [said = ''] = reasons(odd);
  assert.match(said, /^4: .*newflag/);
  declines(elsewhere + odd, ['5: What this line says is not known here']);
  declines(`# syntax=docker.io/somebody/frontend\n${odd}`, ['5: What this line says is not known here']);
  declines(`${elsewhere}${GO}COPY x\nCMD ["./server"]\n`, ['5: COPY']);
});

test('images of Windows, by their name, their platform or the stage below', () => {
  for (const from of [
    'FROM --platform=windows/amd64 golang:1.27',
    'FROM mcr.microsoft.com/windows/servercore:ltsc2022',
    'FROM golang:1.27-nanoserver AS a\nFROM a',
  ])
    assert.match(reasons(`${from}\nCMD ["/app"]\n`).join('\n'), /^\d: This is an image of Windows/, from);
});
