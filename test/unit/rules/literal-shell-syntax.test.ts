import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const only = 'literal-shell-syntax';

test('variables that the file sets, operators and quotes', () => {
  checkFindings(
    `
ARG NAME
FROM registry.example.com/base:1
ENV PORT=8080 HOST=0.0.0.0
ARG VERSION
ENTRYPOINT ["/app", "--port=\${PORT}", "--version", "$VERSION", "$NAME"]
#                   ^^^^^^^^^^^^^^^^ literal-shell-syntax
#                                                  ^^^^^^^^^^ literal-shell-syntax
#                                                              ^^^^^^^ literal-shell-syntax
HEALTHCHECK CMD ["/app", "check", "||", "exit", "1"]
#                                 ^^^^ literal-shell-syntax
`,
    { only },
  );
  checkFindings(
    `
FROM nginx:1.29
CMD ["nginx", "-g", "'daemon off;'"]
#                   ^^^^^^^^^^^^^^^ literal-shell-syntax
`,
    { only },
  );
});

test('the exact words, with continuation lines, CRLF and characters of two units', () => {
  for (const crlf of [false, true]) {
    checkFindings(
      `
FROM gcr.io/distroless/static-debian13:nonroot
ENV A="🐳"
ENTRYPOINT ["/🐳", \\
  # 🐳
  "🐳", "$A"]
#       ^^^^ literal-shell-syntax
`,
      { crlf, only },
    );
  }
});

test('not what a shell or another language reads, nor what may be meant', () => {
  for (const command of [
    'CMD ["sh", "-c", "exec /app --port $PORT && true"]',
    'ENTRYPOINT ["/bin/bash", "-c"]\nCMD ["/app $PORT"]',
    'ENTRYPOINT ["tini", "--", "sh", "-c", "/app $PORT"]',
    'ENTRYPOINT ["/docker-entrypoint.sh"]\nCMD ["/app", "$PORT"]',
    'CMD ["awk", "{print $PORT}"]',
    'CMD ["tini", "--", "envsubst", "$PORT"]',
    'CMD ["grep", "^PORT$"]',
    'CMD ["/app", "$UNSET", "price: 5$", "^a|b$", "*/5 * * * *", "a && b"]',
    'CMD ["java", "--server.port=${PORT}", "-jar", "a.jar"]',
    'CMD ["/app", "~/.config", "*.txt"]',
    'CMD ["python", "-c", "print(\'$PORT\')"]',
    'CMD ["find", "/", "-name", "x", "-exec", "rm", "{}", ";"]',
    'CMD ["/app", "\'", "\'[1]\'"]',
    'CMD /app $PORT',
    'RUN ["/app", "$PORT"]',
  ]) {
    const file = `FROM debian:13\nENV PORT=8080\n${command}\n`;
    assert.deepEqual(findings(file, { only }), [], command);
  }
});

test('a whole command line in one word', () => {
  checkFindings(
    `
FROM gcr.io/distroless/nodejs24-debian13:nonroot
HEALTHCHECK CMD ["/nodejs/bin/node check.js"]
CMD ["npm run start"]
#    ^^^^^^^^^^^^^^^ literal-shell-syntax
`,
    { only },
  );
  checkFindings(
    `
FROM eclipse-temurin:21
HEALTHCHECK CMD ["curl -f http://localhost"]
#                ^^^^^^^^^^^^^^^^^^^^^^^^^^ literal-shell-syntax
ENTRYPOINT ["java -jar app.jar"]
#           ^^^^^^^^^^^^^^^^^^^ literal-shell-syntax
`,
    { only },
  );
  for (const command of [
    'ENTRYPOINT ["sh", "-c"]\nCMD ["npm start"]',
    'ENTRYPOINT ["/opt/My App/run"]',
    'ENTRYPOINT ["/app"]\nCMD ["two words"]',
    'CMD ["My App.js"]',
    'CMD ["-e console.log(1)"]',
  ]) {
    const file = `FROM gcr.io/distroless/nodejs24-debian13:nonroot\n${command}\n`;
    assert.deepEqual(findings(file, { only }), [], command);
  }
});

test('each word becomes a string of its own, where the program is there', () => {
  const java = 'FROM gcr.io/distroless/java21-debian13:nonroot\n';
  assert.equal(
    fix(`${java}ENTRYPOINT ["java -jar /app.jar"]\n`, only),
    `${java}ENTRYPOINT ["java", "-jar", "/app.jar"]\n`,
  );
  const node = 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\n';
  assert.equal(
    fix(`${node}ENTRYPOINT ["node server.js", "-v"]\n`, only),
    `${node}ENTRYPOINT ["/nodejs/bin/node", "server.js", "-v"]\n`,
  );
  assert.deepEqual(findings(`${node}ENTRYPOINT ["npm start"]\n`, { only })[0]?.fixes, []);
  assert.deepEqual(findings(`${node}CMD ["npm start"]\n`, { only })[0]?.fixes, []);
});

test('a command that is replaced further down is not judged', () => {
  assert.deepEqual(findings('FROM debian:13\nENV A=1\nCMD ["/a", "$A"]\nCMD ["/a"]\n', { only }), []);
});

test('the fixes write the value of ENV, and take quotes away', () => {
  const before = 'FROM scratch\nENV A=1 B="x y"\nUSER 1\nENTRYPOINT [ "/app",  "${A}-$B" ]\r\n';
  assert.equal(fix(before, only), before.replace('"${A}-$B"', '"1-x y"'));
  const quoted = 'FROM nginx:1.29\nCMD ["nginx", "-g", "\'daemon off;\'"]\n';
  assert.equal(fix(quoted, only), quoted.replace("'daemon off;'", 'daemon off;'));
  assert.match(
    findings('FROM eclipse-temurin:21\nENV JAVA_OPTS=-Xmx1g\nCMD ["java", "${JAVA_OPTS}", "-jar", "a.jar"]\n', {
      only,
    })[0]?.message ?? '',
    /JAVA_OPTS/,
  );
  const [half] = findings('FROM scratch\nENV A=1\nCMD ["/a", "$A-$OTHER"]\n', { only });
  assert.deepEqual(half?.fixes, []);
  const [unknown] = findings('FROM scratch\nARG V\nENV A=$V\nCMD ["/a", "$A"]\n', { only });
  assert.deepEqual(unknown?.fixes, []);
});

test('a pattern where a file has to be', () => {
  checkFindings(
    `
FROM gcr.io/distroless/java21-debian13:nonroot
CMD ["/app/*.jar", "*.txt"]
#    ^^^^^^^^^^^^ literal-shell-syntax
`,
    { only },
  );
  checkFindings(
    `
FROM eclipse-temurin:21-jre
ENTRYPOINT ["java", "-Xmx1g", "-jar", "/app/app-*.jar"]
#                                     ^^^^^^^^^^^^^^^^ literal-shell-syntax
`,
    { only },
  );
  checkFindings(
    `
FROM gcr.io/distroless/static-debian13:nonroot
CMD ["/bin/app-?"]
#    ^^^^^^^^^^^^ literal-shell-syntax
`,
    { only },
  );
  checkFindings(
    `
FROM node:24
CMD ["node", "dist/*.js"]
#            ^^^^^^^^^^^ literal-shell-syntax
`,
    { only },
  );
  for (const command of [
    'ENTRYPOINT ["java", "-cp", "/app/*", "com.acme.Main"]',
    'CMD ["node", "--test", "test/*.js"]',
    'CMD ["sh", "-c", "java -jar /app/*.jar"]',
    'CMD java -jar /app/*.jar',
    'CMD ["pytest", "tests/*"]',
  ])
    assert.deepEqual(findings(`FROM registry.example.com/base:1\n${command}\n`, { only }), [], command);
});

test('a variable of several words, or of none, becomes what a shell would make of it', () => {
  const fixed = (value: string, command: string) =>
    fix(`FROM eclipse-temurin:21\nENV OPTS="${value}"\n${command}\n`, only).split('\n')[2];
  assert.equal(
    fixed('-a  -b', 'CMD ["java", "$OPTS", "-jar", "/a.jar"]'),
    'CMD ["java", "-a", "-b", "-jar", "/a.jar"]',
  );
  assert.equal(fixed('a  b', 'CMD ["/app", "x${OPTS}"]'), 'CMD ["/app", "xa  b"]');
  assert.equal(fixed('', 'CMD ["java", "$OPTS", "-jar", "/a.jar"]'), 'CMD ["java", "-jar", "/a.jar"]');
  assert.equal(fixed('', 'CMD ["java", "-jar", "/a.jar", "${OPTS}"]'), 'CMD ["java", "-jar", "/a.jar"]');
  assert.deepEqual(findings('FROM scratch\nENV A=""\nUSER 1\nCMD ["$A"]\n', { only })[0]?.fixes, []);
});
