import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const GOOGLE = 'FROM gcr.io/distroless/java21-debian13:nonroot\n';
const only = 'java-jar';

test('a jar without -jar, by the entrypoint of the base or in full', () => {
  checkFindings(`
FROM cgr.dev/chainguard/jre:latest
CMD ["-Xmx1g", "-cp", "lib.jar", "/app/app.jar", "serve"]
#                                ^^^^^^^^^^^^^^ java-jar
`);
  checkFindings(
    `
FROM eclipse-temurin:21-jre
ENTRYPOINT ["/opt/java/openjdk/bin/java", "app.jar"]
#                                         ^^^^^^^^^ java-jar
`,
    { only },
  );
});

test('classes where the base says -jar already', () => {
  checkFindings(`
FROM gcr.io/distroless/java21-debian13:nonroot
CMD ["-Xmx1g", "-cp", "/app/*", "Main"]
#                               ^^^^^^ java-jar
`);
  checkFindings(`
FROM gcr.io/distroless/java21-debian13:nonroot
CMD ["org.springframework.boot.loader.launch.JarLauncher"]
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ java-jar
`);
});

test('what fits is left alone', () => {
  for (const file of [
    `${GOOGLE}CMD ["app.jar", "--server.port=8080"]\n`,
    `${GOOGLE}CMD ["-XX:+UseSerialGC", "-Dx=1", "app.jar"]\n`,
    `${GOOGLE}CMD ["-Dx=1", "/app/service"]\n`,
    `${GOOGLE}CMD ["-Dx=1", "-jar", "app.jar"]\n`,
    `${GOOGLE}CMD ["-version"]\n`,
    `${GOOGLE}CMD ["-p", "/app", "-m", "com.example/com.example.Main"]\n`,
    `${GOOGLE}CMD ["/app/service", "-Xmx1g"]\n`,
    `${GOOGLE}ENTRYPOINT ["java", "-cp", "app.jar", "com.example.Main"]\nCMD ["-v"]\n`,
    `${GOOGLE}ENTRYPOINT ["java", "-Xmx1g", "-jar", "app.jar"]\n`,
    'FROM cgr.dev/chainguard/jre:latest\nCMD ["-jar", "app.jar"]\n',
    'FROM cgr.dev/chainguard/jre:latest\nCMD ["-cp", "app.jar", "com.example.Main"]\n',
    'FROM cgr.dev/chainguard/jre:latest\nCMD ["-jar", "one.jar", "two.jar"]\n',
    'FROM cgr.dev/chainguard/jre:latest\nCMD ["java", "app.jar"]\n',
    'FROM registry.example.com/jre:1\nCMD ["app.jar"]\n',
  ]) {
    assert.deepEqual(findings(file, { only }), [], file);
  }
});

test('the repeated entrypoint is said by the rule for that', () => {
  checkFindings(`
FROM gcr.io/distroless/java21-debian13:nonroot
CMD ["java", "-jar", "app.jar"]
#    ^^^^^^^^^^^^^^ repeats-entrypoint
`);
});

test('the fixes', () => {
  assert.equal(
    fix('FROM eclipse-temurin:21-jre\nCMD [ "java" , "app.jar" ]\n', only),
    'FROM eclipse-temurin:21-jre\nCMD [ "java" , "-jar", "app.jar" ]\n',
  );
  assert.equal(
    fix(`${GOOGLE}cmd ["-Xmx1g", "com.example.Main", "x"]\r\n`, only),
    `${GOOGLE}ENTRYPOINT ["/usr/bin/java", "-Xmx1g", "com.example.Main", "x"]\r\n`,
  );
  assert.equal(
    fix(`${GOOGLE}CMD ["-cp", "/app/*", "com.example.Main"]\n`, only),
    `${GOOGLE}ENTRYPOINT ["/usr/bin/java", "-cp", "/app/*", "com.example.Main"]\n`,
  );
});
