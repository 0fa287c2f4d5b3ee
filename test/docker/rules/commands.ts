/** “Cannot start”: what a command says. `app` is put into each context. */
import { java, onJava } from './java.ts';
import type { NearMiss, Trial } from './trial.ts';

const STATIC = 'gcr.io/distroless/static-debian13:nonroot';
const NODE = 'gcr.io/distroless/nodejs24-debian13:nonroot';
const PYTHON = 'gcr.io/distroless/python3-debian13:nonroot';

const server = { 'server.js': "console.log('served', process.argv.slice(2).join());\n" };
const main = { 'main.py': "import sys\nprint('ran', *sys.argv[1:])\n" };

export const trials: readonly Trial[] = [
  {
    rule: 'shell-form',
    what: 'ENTRYPOINT',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nENTRYPOINT /app --port 8080\n`,
    fails: { at: 'start', says: /"\/bin\/sh": stat \/bin\/sh: no such file or directory/ },
    fixed: /^port 8080 is open/,
  },
  {
    rule: 'shell-form',
    what: 'CMD, which goes to the base’s entrypoint',
    dockerfile: `FROM ${NODE}\nWORKDIR /app\nCOPY server.js ./\nCMD node server.js --fast\n`,
    files: server,
    fails: { at: 'start', says: /Cannot find module '\/bin\/sh'/ },
    fixed: /^served --fast/,
  },
  {
    rule: 'shell-form',
    what: 'RUN',
    dockerfile: `FROM golang:1.27-trixie AS build\n\nFROM ${STATIC}\nCOPY app /app\nRUN mkdir /tmp/made\nENTRYPOINT ["/app", "--into", "/tmp/made"]\n`,
    fails: { at: 'build', says: /"\/bin\/sh": stat \/bin\/sh: no such file or directory/ },
    byHand: [
      ['AS build\n', 'AS build\nRUN mkdir /made\n'],
      ['RUN mkdir /tmp/made\n', 'COPY --from=build --chown=65532:65532 /made /tmp/made\n'],
    ],
    fixed: /^\/tmp\/made is written to/,
  },
  {
    rule: 'shell-form',
    what: 'SHELL that is elsewhere',
    dockerfile:
      'FROM gcr.io/distroless/base-debian13:debug-nonroot\nCOPY app /app\nSHELL ["/bin/sh", "-c"]\nRUN mkdir /tmp/made\nENTRYPOINT ["/app", "--into", "/tmp/made"]\n',
    fails: { at: 'build', says: /"\/bin\/sh": stat \/bin\/sh: no such file or directory/ },
    fixed: /^\/tmp\/made is written to/,
  },
  {
    rule: 'shell-form',
    what: 'HEALTHCHECK',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nHEALTHCHECK --interval=1s --retries=1 CMD /app --port 8080 || exit 1\nENTRYPOINT ["/app", "--wait"]\n`,
    look: 'health',
    fails: { at: 'runs', says: /^unhealthy: .*"\/bin\/sh": stat \/bin\/sh: no such file or directory/ },
    fixed: /^healthy: port 8080 is open/,
  },
  {
    rule: 'repeats-entrypoint',
    what: 'node',
    dockerfile: `FROM ${NODE}\nWORKDIR /app\nCOPY server.js ./\nCMD ["node", "server.js"]\n`,
    files: server,
    fails: { at: 'start', says: /Cannot find module '\/app\/node'/ },
    fixed: /^served/,
  },
  {
    rule: 'repeats-entrypoint',
    what: 'python3',
    dockerfile: `FROM ${PYTHON}\nWORKDIR /app\nCOPY main.py ./\nCMD ["python3", "main.py"]\n`,
    files: main,
    fails: { at: 'start', says: /can't open file '\/app\/python3'/ },
    fixed: /^ran/,
  },
  {
    rule: 'repeats-entrypoint',
    what: 'java -jar',
    dockerfile: onJava('CMD ["java", "-jar", "app.jar", "twice"]'),
    files: java,
    fails: { at: 'start', says: /Unable to access jarfile java/ },
    fixed: /^hello twice/,
  },
  {
    rule: 'repeats-entrypoint',
    what: 'java with options',
    dockerfile: onJava('CMD ["java", "-Xmx64m", "-jar", "app.jar"]'),
    files: java,
    fails: { at: 'start', says: /Unable to access jarfile java/ },
    fixed: /^hello/,
  },
  {
    rule: 'missing-program',
    what: 'node, not on PATH',
    dockerfile: `FROM ${NODE}\nWORKDIR /app\nCOPY server.js ./\nENTRYPOINT ["node", "server.js"]\n`,
    files: server,
    fails: { at: 'start', says: /"node": executable file not found in \$PATH/ },
    fixed: /^served/,
  },
  {
    rule: 'missing-program',
    what: 'npm as the program',
    dockerfile: `FROM ${NODE}\nWORKDIR /app\nCOPY package.json server.js ./\nENTRYPOINT ["npm", "start"]\n`,
    files: { ...server, 'package.json': '{ "scripts": { "start": "node server.js --fast" } }\n' },
    fails: { at: 'start', says: /"npm": executable file not found in \$PATH/ },
    fixed: /^served --fast/,
  },
  {
    rule: 'missing-program',
    what: 'npm, handed to node',
    dockerfile: `FROM ${NODE}\nWORKDIR /app\nCOPY package.json server.js ./\nCMD ["npm", "run", "serve"]\n`,
    files: { ...server, 'package.json': '{ "scripts": { "serve": "node server.js" } }\n' },
    fails: { at: 'start', says: /Cannot find module '\/app\/npm'/ },
    fixed: /^served/,
  },
  {
    rule: 'missing-program',
    what: 'a Python package’s command',
    dockerfile: `FROM ${PYTHON}\nWORKDIR /app\nCOPY flask /packages/flask\nENV PYTHONPATH=/packages\nCMD ["flask", "run"]\n`,
    files: { 'flask/__main__.py': "import sys\nprint('flask', *sys.argv[1:])\n" },
    fails: { at: 'start', says: /can't open file '\/app\/flask'/ },
    fixed: /^flask run/,
  },
  {
    rule: 'missing-program',
    what: 'sh -c',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nENTRYPOINT ["/bin/sh", "-c", "/app"]\n`,
    fails: { at: 'start', says: /"\/bin\/sh": stat \/bin\/sh: no such file or directory/ },
    byHand: [['"/bin/sh", "-c", "/app"', '"/app"']],
    fixed: /^User 65532/,
  },
  {
    rule: 'missing-program',
    what: 'RUN of what is not there',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nRUN ["mkdir", "/tmp/made"]\nENTRYPOINT ["/app"]\n`,
    fails: { at: 'build', says: /"mkdir": executable file not found in \$PATH/ },
    byHand: [['RUN ["mkdir", "/tmp/made"]\n', '']],
    fixed: /^User 65532/,
  },
  {
    rule: 'missing-program',
    what: 'tini',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nENTRYPOINT ["tini", "--", "/app"]\n`,
    run: ['--init'],
    fails: { at: 'start', says: /"?tini"?.*(executable file not found|No such file)/ },
    byHand: [['"tini", "--", ', '']],
    fixed: /^User 65532/,
  },
  {
    rule: 'java-jar',
    what: 'a jar without -jar',
    dockerfile: onJava('ENTRYPOINT ["java", "app.jar"]'),
    files: java,
    fails: { at: 'start', says: /Could not find or load main class app.jar/ },
    fixed: /^hello/,
  },
  {
    rule: 'java-jar',
    what: 'a class where the base says -jar',
    dockerfile: onJava('CMD ["-cp", "app.jar", "org.hello.Main"]'),
    files: java,
    fails: { at: 'start', says: /Unable to access jarfile org.hello.Main/ },
    fixed: /^hello/,
  },
  {
    rule: 'literal-shell-syntax',
    what: '$PORT',
    dockerfile: `FROM ${STATIC}\nENV PORT=8080\nCOPY app /app\nENTRYPOINT ["/app", "--port", "$PORT"]\n`,
    fails: { at: 'start', says: /invalid value "\$PORT" for flag -port/ },
    fixed: /^port 8080 is open/,
  },
  {
    rule: 'literal-shell-syntax',
    what: 'a whole command in one word',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nENTRYPOINT ["/app --port 8080"]\n`,
    fails: { at: 'start', says: /"\/app --port 8080": stat \/app --port 8080: no such file or directory/ },
    fixed: /^port 8080 is open/,
  },
  {
    rule: 'literal-shell-syntax',
    what: 'a pattern for a jar',
    dockerfile: onJava('CMD ["*.jar"]'),
    files: java,
    fails: { at: 'start', says: /Unable to access jarfile \*\.jar/ },
    byHand: [['*.jar', 'app.jar']],
    fixed: /^hello/,
  },
  {
    rule: 'literal-shell-syntax',
    what: 'quotes inside a word',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nENTRYPOINT ["/app", "--port", "'8080'"]\n`,
    fails: { at: 'start', says: /invalid value "'8080'" for flag -port/ },
    fixed: /^port 8080 is open/,
  },
  {
    rule: 'literal-shell-syntax',
    what: '&&, which is an argument',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nENTRYPOINT ["/app", "first", "&&", "/app", "second"]\n`,
    fails: { at: 'runs', says: /given \["first" "&&" "\/app" "second"\]/ },
    byHand: [[', "&&", "/app", "second"', '']],
    fixed: /given \["first"\]/,
  },
];

export const nearMisses: readonly NearMiss[] = [
  {
    rule: 'shell-form',
    what: 'exec form; a shell where there is one',
    dockerfile: `FROM debian:13-slim AS build\nRUN echo made > /made\nFROM ${STATIC}\nCOPY app /app\nCOPY --from=build /made /\nENTRYPOINT ["/app"]\n`,
    says: /^User 65532/,
  },
  {
    rule: 'shell-form',
    what: 'the shell of :debug, named by SHELL',
    dockerfile:
      'FROM gcr.io/distroless/base-debian13:debug-nonroot\nCOPY app /app\nSHELL ["/busybox/sh", "-c"]\nRUN mkdir /tmp/made\nENTRYPOINT ["/app", "--into", "/tmp/made"]\n',
    says: /^\/tmp\/made is written to/,
  },
  {
    rule: 'shell-form',
    what: 'a shell that is copied',
    dockerfile: `FROM gcr.io/distroless/base-debian13:debug-nonroot AS tools\n\nFROM ${STATIC}\nCOPY --from=tools /busybox/sh /bin/sh\nCOPY app /app\nENTRYPOINT /app --port 8080\n`,
    says: /^port 8080 is open/,
  },
  {
    rule: 'repeats-entrypoint',
    what: '-jar a second time, which java takes',
    dockerfile: onJava('CMD ["-jar", "app.jar"]'),
    files: java,
    says: /^hello/,
  },
  {
    rule: 'repeats-entrypoint',
    what: 'an ENTRYPOINT of the file’s own',
    dockerfile: `FROM ${NODE}\nWORKDIR /app\nCOPY server.js ./\nENTRYPOINT ["/nodejs/bin/node"]\nCMD ["server.js"]\n`,
    files: server,
    says: /^served/,
  },
  {
    rule: 'missing-program',
    what: 'python3, which is on PATH',
    dockerfile: `FROM ${PYTHON}\nWORKDIR /app\nCOPY main.py ./\nENTRYPOINT ["python3", "main.py"]\n`,
    files: main,
    says: /^ran/,
  },
  {
    rule: 'java-jar',
    what: 'a class, with an ENTRYPOINT of the file’s own',
    dockerfile: onJava('ENTRYPOINT ["java", "-cp", "app.jar", "org.hello.Main"]'),
    files: java,
    says: /^hello/,
  },
  {
    rule: 'literal-shell-syntax',
    what: 'a variable that a shell fills in',
    dockerfile:
      'FROM debian:13-slim\nUSER 65532:65532\nENV PORT=8080\nCOPY app /app\nENTRYPOINT ["/bin/sh", "-c", "exec /app --port $PORT"]\n',
    says: /^port 8080 is open/,
  },
];
