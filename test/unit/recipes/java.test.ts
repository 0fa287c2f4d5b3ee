/** Java: what is read of its commands, images and project files, and what is not converted. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findBase } from '../../../server/bases/find.ts';
import { readPom } from '../../../server/recipes/java-build.ts';
import { filesOfOptions, readJavaCommand } from '../../../server/recipes/java-command.ts';
import { donorOf, javaImage } from '../../../server/recipes/java-image.ts';
import { readGradleProgram } from '../../../server/recipes/java-script.ts';
import { converted, declines, says, shipped } from '../../support/conversion.ts';

describe('the words after java', () => {
  const read = (text: string) => readJavaCommand(text.split(' '));

  test('a jar, with what stands before and after', () => {
    assert.deepEqual(read('-Xmx1g -Da=b -jar /app.jar server x.yml'), {
      options: ['-Xmx1g', '-Da=b'],
      runs: { kind: 'jar', jar: '/app.jar' },
      given: ['server', 'x.yml'],
    });
  });

  test('a class, with its path', () => {
    assert.deepEqual(read('-cp app:app/lib/* --add-opens java.base/java.lang=ALL-UNNAMED com.example.Main -jar'), {
      options: ['-cp', 'app:app/lib/*', '--add-opens', 'java.base/java.lang=ALL-UNNAMED'],
      runs: { kind: 'class', name: 'com.example.Main', path: ['app', 'app/lib/*'] },
      given: ['-jar'],
    });
    assert.deepEqual(read('--module-path=/mods -m shop/com.example.Main')?.runs, {
      kind: 'class',
      name: 'shop/com.example.Main',
      path: ['/mods'],
    });
  });

  test('nothing', () => {
    assert.equal(readJavaCommand([]), undefined);
    assert.equal(read('-version'), undefined);
    assert.equal(read('-jar'), undefined);
    assert.equal(read('-cp'), undefined);
  });

  test('files that options name', () => {
    const files = (text: string) => filesOfOptions(text.split(' '));
    assert.deepEqual(files('-javaagent:/otel.jar=x=y -agentpath:/p.so @/app/args -Xmx1g'), [
      '/otel.jar',
      '/p.so',
      '/app/args',
    ]);
    assert.deepEqual(files('-Dlogback.configurationFile=/etc/logback.xml -Dlog4j2.configurationFile=file:/l.xml'), [
      '/etc/logback.xml',
      '/l.xml',
    ]);
    assert.deepEqual(files('-Djava.security.egd=file:/dev/./urandom -Dfile.encoding=UTF-8'), []);
  });
});

describe('the Java of an image', () => {
  const major = (written: string) => javaImage(findBase(written), written)?.major;

  test('its major version', () => {
    const versions: Readonly<Record<string, number | undefined>> = {
      'eclipse-temurin:17-jre-focal': 17,
      'eclipse-temurin:11.0.20_8-jdk': 11,
      'openjdk:8u212-jre-slim': 8,
      'openjdk:1.8': 8,
      'java:8': 8,
      'maven:3.9-eclipse-temurin-21': 21,
      'maven:3-jdk-11': 11,
      'maven:3.9': undefined,
      'gradle:8-jdk17': 17,
      'gradle:8.5': undefined,
      'amazoncorretto:17-alpine': 17,
      'registry.access.redhat.com/ubi8/openjdk-17:1.18': 17,
      'ibm-semeru-runtimes:open-17-jre': 17,
      'adoptopenjdk/openjdk11:alpine-jre': 11,
      'ghcr.io/graalvm/jdk-community:21': 21,
      'azul/zulu-openjdk:17.0.9': 17,
      'bellsoft/liberica-openjdk-alpine:21': 21,
      'mcr.microsoft.com/openjdk/jdk:17-ubuntu': 17,
      'eclipse-temurin': undefined,
      'eclipse-temurin:latest': undefined,
    };
    for (const [written, expected] of Object.entries(versions)) assert.equal(major(written), expected, written);
    assert.equal(javaImage(findBase('debian:12'), 'debian:12'), undefined);
  });

  test('its virtual machine and C library', () => {
    const machine = (written: string) => javaImage(findBase(written), written)?.machine;
    assert.equal(machine('ibm-semeru-runtimes:open-17-jre'), 'openj9');
    assert.equal(machine('ghcr.io/graalvm/graalvm-community:21'), 'graal');
    assert.equal(machine('amazoncorretto:17'), 'hotspot');
    assert.equal(javaImage(findBase('openjdk:8-jdk-alpine'), 'openjdk:8-jdk-alpine')?.musl, true);
    assert.equal(javaImage(findBase('openjdk:8-jdk'), 'openjdk:8-jdk')?.musl, false);
  });

  test('where its run-time can be copied from', () => {
    const donor = (written: string, version: number) => {
      const found = donorOf(findBase(written), written, version);
      return found && `${found.image ?? ''} ${[found.home, ...found.also].join(' ')}${found.other ? ' other' : ''}`;
    };
    const temurin = (tag: string) => `eclipse-temurin:${tag} /opt/java/openjdk`;
    assert.equal(donor('eclipse-temurin:11-jre-jammy', 11), ' /opt/java/openjdk');
    assert.equal(donor('eclipse-temurin:11-jdk', 11), temurin('11-jre'));
    assert.equal(donor('eclipse-temurin:11.0.20_8-jdk-alpine', 11), temurin('11.0.20_8-jre'));
    assert.equal(donor('maven:3.9-eclipse-temurin-11', 11), temurin('11-jre'));
    assert.equal(donor('gradle:7-jdk11', 11), temurin('11-jre'));
    assert.equal(donor('openjdk:11-jre-slim', 11), ' /usr/local/openjdk-11');
    assert.equal(donor('openjdk:8-jdk', 8), ' /usr/local/openjdk-8/jre');
    assert.equal(donor('openjdk:8-jre-slim', 8), ' /usr/local/openjdk-8');
    assert.equal(donor('openjdk:19', 19), ' /usr/java/openjdk-19 /etc/pki/ca-trust/extracted/java/cacerts');
    assert.equal(donor('openjdk:19-slim', 19), ' /usr/local/openjdk-19');
    assert.equal(donor('openjdk:8u151-jdk', 8), `${temurin('8-jre')} other`);
    assert.equal(donor('openjdk:8-jre-alpine', 8), `${temurin('8-jre')} other`);
    assert.equal(donor('amazoncorretto:11', 11), ' /usr/lib/jvm/java-11-amazon-corretto /etc/pki/java/cacerts');
    // Temurin has no run-time of that version.
    assert.equal(donor('openjdk:16-jdk-alpine', 16), undefined);
  });
});

describe('pom.xml', () => {
  const pom = (inside: string) => `<project><modelVersion>4.0.0</modelVersion>${inside}</project>`;

  test('the name of the jar', () => {
    const jar = (inside: string) => readPom(pom(inside)).jar;
    assert.equal(jar('<artifactId>a</artifactId><version>1.0</version>'), 'a-1.0.jar');
    assert.equal(jar('<artifactId>a</artifactId><version>1</version><packaging>war</packaging>'), 'a-1.war');
    assert.equal(jar('<artifactId>a</artifactId><version>1</version><packaging>pom</packaging>'), undefined);
    assert.equal(
      jar('<parent><artifactId>p</artifactId><version>7</version></parent><artifactId>a</artifactId>'),
      'a-7.jar',
    );
    assert.equal(
      jar('<artifactId>a</artifactId><version>${revision}</version><properties><revision>3</revision></properties>'),
      'a-3.jar',
    );
    assert.equal(jar('<artifactId>a</artifactId><version>${revision}</version>'), undefined);
    assert.equal(
      jar(
        '<artifactId>a</artifactId><version>1</version><build><finalName>${project.artifactId}-x</finalName></build>',
      ),
      'a-x.jar',
    );
    assert.equal(jar('<!-- <artifactId>b</artifactId> --><artifactId>a</artifactId><version>1</version>'), 'a-1.jar');
    assert.equal(
      jar('<dependencies><dependency><artifactId>d</artifactId><version>9</version></dependency></dependencies>'),
      undefined,
    );
  });

  test('whether the jar has all that it needs', () => {
    const dependency = (scope: string) => `<dependencies><dependency>${scope}</dependency></dependencies>`;
    assert.equal(readPom(pom(dependency(''))).hasDependencies, true);
    assert.equal(readPom(pom(dependency('<scope>test</scope>'))).hasDependencies, false);
    assert.equal(readPom(pom(dependency(''))).fat, false);
    assert.equal(readPom(pom('<artifactId>spring-boot-maven-plugin</artifactId>')).fat, true);
  });

  test('a pattern that it does not answer, and a jar that may miss its libraries', () => {
    const text =
      'FROM maven:3-eclipse-temurin-17\nWORKDIR /src\nCOPY . .\nRUN mvn package\nCMD java -jar target/*-all.jar\n';
    const file = pom('<artifactId>a</artifactId><version>1</version><dependencies><dependency/></dependencies>');
    declines(text, ['5: CMD needs a shell'], { context: { 'pom.xml': file } });
    const thin = pom(
      '<artifactId>a</artifactId><version>1</version><dependencies><dependency></dependency></dependencies>',
    );
    const found = converted(text.replace('*-all', '*'), { context: { 'pom.xml': thin } });
    says(found, '5 risk: pom.xml names dependencies');
    assert.match(found.dockerfile, /CMD \["target\/a-1\.jar"\]/);
  });

  test('a Gradle project names its jar too', () => {
    const text = 'FROM gradle:8-jdk21\nWORKDIR /src\nCOPY . .\nRUN gradle bootJar\nCMD java -jar build/libs/*.jar\n';
    const context = { 'settings.gradle': "rootProject.name = 'shop'\n", 'build.gradle': "version = '2.1'\n" };
    assert.deepEqual(shipped(text, { context }), [
      'WORKDIR /src',
      'COPY --from=build /src/build/libs/shop-2.1.jar /src/build/libs/shop-2.1.jar',
      'CMD ["build/libs/shop-2.1.jar"]',
    ]);
  });
});

const JRE = 'FROM eclipse-temurin:21-jre\nCOPY app.jar /app.jar\n';

describe('how it is started', () => {
  test('on each family, by what its own entrypoint is', () => {
    const command = `${JRE}CMD ["java", "-jar", "/app.jar", "x"]\n`;
    assert.equal(shipped(command).at(-1), 'CMD ["/app.jar", "x"]');
    assert.equal(shipped(command, { family: 'dhi' }).at(-1), 'CMD ["java", "-jar", "/app.jar", "x"]');
    const newest = command.replace('21', '26');
    assert.equal(shipped(newest, { family: 'chainguard' }).at(-1), 'CMD ["-jar", "/app.jar", "x"]');
    declines(command, ['1: Chainguard’s free images have no Java 21.'], { family: 'chainguard' });
    declines(command, ['1: Ubuntu’s chiselled images'], { family: 'chiselled' });
  });

  test('options before the jar leave Google’s entrypoint no place', () => {
    assert.equal(
      shipped(`${JRE}CMD ["java", "-Xmx1g", "-jar", "/app.jar"]\n`).at(-1),
      'ENTRYPOINT ["java", "-Xmx1g", "-jar", "/app.jar"]',
    );
    assert.equal(
      shipped(`${JRE}ENTRYPOINT ["/opt/java/openjdk/bin/java", "-jar", "/app.jar"]\nCMD ["x"]\n`).at(-2),
      'ENTRYPOINT ["java", "-jar", "/app.jar"]',
    );
    assert.equal(shipped(`${JRE}ENTRYPOINT ["java"]\nCMD ["-jar", "/app.jar"]\n`).at(-1), 'CMD ["-jar", "/app.jar"]');
  });

  test('an ENTRYPOINT that is taken away stays so', () => {
    assert.deepEqual(shipped(`${JRE}ENTRYPOINT []\nCMD ["java", "-jar", "/app.jar"]\n`).slice(-2), [
      'ENTRYPOINT []',
      'CMD ["java", "-jar", "/app.jar"]',
    ]);
  });

  test('of what the build is given, what it does not read ships; so does what comes after it', () => {
    const text =
      'FROM maven:3-eclipse-temurin-21\nCOPY agent.jar /opt/agent/\nCOPY --from=tools /x /opt/x\nWORKDIR /app\nCOPY . .\nRUN mvn package\nCOPY log.xml /app/log.xml\nCMD ["java", "-javaagent:/opt/agent/agent.jar", "-jar", "target/a.jar"]\n';
    assert.deepEqual(
      shipped(text).filter((line) => line.startsWith('COPY')),
      [
        'COPY --from=build /app/target/a.jar /app/target/a.jar',
        'COPY agent.jar /opt/agent/',
        'COPY log.xml /app/log.xml',
      ],
    );
    const inside = text.replace(
      'COPY log.xml /app/log.xml\n',
      'COPY log.xml /app/log.xml\nRUN curl -so /srv/data.json https://example.com/data.json\n',
    );
    assert.ok(shipped(inside).includes('COPY log.xml /app/log.xml'));
  });

  test('a Java that the file brings is started where it is', () => {
    const text =
      'FROM eclipse-temurin:21 AS jre\nRUN jlink --add-modules java.base --output /jre\nFROM debian:12\nCOPY --from=jre /jre /opt/jre\nCOPY a.jar /a.jar\nCMD ["/opt/jre/bin/java", "-jar", "/a.jar"]\n';
    assert.equal(shipped(text).at(-1), 'CMD ["/opt/jre/bin/java", "-jar", "/a.jar"]');
  });

  test('its PATH goes along where the stage becomes a builder', () => {
    const text =
      'FROM eclipse-temurin:21 AS jre\nRUN jlink --add-modules java.base --output /jre\nFROM debian:12\nENV JAVA_HOME=/opt/jre\nENV PATH="${JAVA_HOME}/bin:${PATH}"\nCOPY --from=jre /jre $JAVA_HOME\nRUN wget -q https://example.com/a.jar -O /a.jar\nCMD ["java", "-jar", "/a.jar"]\n';
    assert.deepEqual(shipped(text).slice(0, 2), ['ENV JAVA_HOME=/opt/jre', 'ENV PATH="${JAVA_HOME}/bin:${PATH}"']);
  });

  test('a stage is not called by the name of an image that files come from', () => {
    const { dockerfile } = converted(
      'FROM maven:3-eclipse-temurin-21\nWORKDIR /app\nCOPY --from=build /x /x\nCOPY . .\nRUN mvn package\nCMD ["java", "-jar", "target/a.jar"]\n',
    );
    assert.doesNotMatch(dockerfile, / AS build\n/);
  });

  test('a line that comes first is written below what is added', () => {
    assert.deepEqual(
      shipped('FROM eclipse-temurin:21-jre\nCMD ["java", "-Xmx1g", "-jar", "/a.jar"]\nCOPY a.jar /a.jar\n'),
      ['WORKDIR /', 'ENTRYPOINT ["java", "-Xmx1g", "-jar", "/a.jar"]', 'COPY a.jar /a.jar'],
    );
  });

  test('variables that a shell would fill in', () => {
    const named = `${JRE}ENTRYPOINT ["sh", "-c", "exec java $JAVA_OPTS -jar /app.jar \\"$@\\"", "--"]\n`;
    assert.equal(shipped(named).at(-1), 'ENTRYPOINT ["java", "-jar", "/app.jar"]');
    const found = converted(`${JRE}ENTRYPOINT exec java $JAVA_OPTS -jar /app.jar "$@"\n`);
    assert.match(found.dockerfile, /ENTRYPOINT \["java", "-jar", "\/app.jar"\]\n$/);
    says(
      found,
      '3 risk: Without a shell nothing fills in “$JAVA_OPTS”. Java reads JAVA_TOOL_OPTIONS by itself: set that one',
    );
    says(found, '3 change: “"$@"” is left out');
    const set = converted(
      `${JRE}ENV A_OPTS=-Xmx1g JAVA_TOOL_OPTIONS=-Xss1m\nENTRYPOINT java \${A_OPTS} -Dx=$HOME_DIR -jar /app.jar\n`.replace(
        '$HOME_DIR',
        '1',
      ),
    );
    assert.match(set.dockerfile, /\nENV JAVA_TOOL_OPTIONS="\$JAVA_TOOL_OPTIONS \$A_OPTS"\nENTRYPOINT/);
    const fixed = converted(`${JRE}ENV PORT=8080\nENTRYPOINT java -Dserver.port=$PORT -jar /app.jar\n`);
    assert.match(fixed.dockerfile, /"-Dserver\.port=8080"/);
    says(fixed, '4 risk: “-Dserver.port=$PORT” is written out as -Dserver.port=8080');
    declines(`${JRE}ENTRYPOINT java -Dserver.port=$PORT -jar /app.jar\n`, ['3: ENTRYPOINT needs a shell']);
    declines(`${JRE}ARG PORT=1\nENTRYPOINT java -Dserver.port=$PORT -jar /app.jar\n`, ['4: ENTRYPOINT needs a shell']);
    declines(`${JRE}ENTRYPOINT java $MAIN\n`, ['3: ENTRYPOINT needs a shell']);
    declines(`${JRE}ENTRYPOINT cd / && java -jar /app.jar | tee log\n`, ['3: ENTRYPOINT needs a shell']);
  });

  test('a jar that is copied into a folder of the old base', () => {
    assert.ok(
      shipped(
        'FROM registry.access.redhat.com/ubi9/openjdk-21:1.20\nCOPY target/a.jar /deployments\nENTRYPOINT ["java", "-jar", "/deployments/a.jar"]\n',
      ).includes('COPY target/a.jar /deployments/'),
    );
  });
});

describe('not converted', () => {
  const MAVEN = 'FROM maven:3-eclipse-temurin-17\nWORKDIR /app\nCOPY . .\n';

  test('what is started by a shell, or builds at every start', () => {
    declines(`${MAVEN}CMD ["mvn", "spring-boot:run"]\n`, ['4: “mvn spring-boot:run” builds at every start']);
    declines(`${MAVEN}CMD ./gradlew bootRun\n`, ['4: “./gradlew bootRun” builds at every start']);
    declines(`${MAVEN}RUN mvn package\nCMD ["./start.sh"]\n`, ['5: “./start.sh” is a script']);
    declines(`${JRE}ENTRYPOINT ["/app.jar"]\n`, ['3: “/app.jar” starts by the shell script at its front.']);
    declines(`${JRE}ENTRYPOINT ["/app/build/install/shop/bin/shop"]\n`, [
      '3: “/app/build/install/shop/bin/shop” is a start script of the build tool, and a distroless image has no shell to run it. Start the class itself: ENTRYPOINT ["java", "-cp", "/app/build/install/shop/lib/*", "com.example.Main"].',
    ]);
    declines(`${JRE}CMD ["java"]\n`, ['3: “java” alone runs nothing.']);
  });

  test('application servers', () => {
    declines('FROM tomcat:10\nCOPY a.war /usr/local/tomcat/webapps/\n', [
      '1: “tomcat:10” starts tomcat by shell scripts',
    ]);
    declines('FROM quay.io/wildfly/wildfly:31\nCOPY a.war /opt/\nCMD ["/opt/jboss/wildfly/bin/standalone.sh"]\n', [
      '1: “quay.io/wildfly/wildfly:31” starts wildfly by shell scripts',
    ]);
  });

  test('a version that is not named, and one that nobody has', () => {
    declines('FROM eclipse-temurin\nCOPY a.jar /a.jar\nCMD ["java", "-jar", "/a.jar"]\n', [
      '1: Which Java “eclipse-temurin” has changes over time',
    ]);
    declines('FROM openjdk:16-jdk-alpine\nCOPY a.jar /a.jar\nCMD ["java", "-jar", "/a.jar"]\n', [
      '1: Google has no distroless image of Java 16, and none is known from which it could be copied.',
    ]);
    declines('FROM debian:12\nCOPY a.jar /a.jar\nCMD ["java", "-jar", "/a.jar"]\n', [
      '1: Which Java “debian:12” runs cannot be told.',
    ]);
  });

  test('a jar that no line brings', () => {
    declines(`${MAVEN}RUN mvn package\nCMD ["java", "-jar", "/opt/other.jar"]\n`, [
      '5: No line of this file says that it makes “/opt/other.jar”.',
    ]);
    declines('FROM eclipse-temurin:21-jre\nCMD ["java", "-jar", "/opt/other.jar"]\n', [
      '2: No line of this file puts “/opt/other.jar” there.',
    ]);
    declines('FROM maven:3-eclipse-temurin-17\nCOPY . .\nRUN javac Main.java\nCMD ["java", "Main"]\n', [
      '4: The program is in /, among the files of the system',
    ]);
  });

  test('a trust store that a script fills', () => {
    declines(`${JRE}ENV USE_SYSTEM_CA_CERTS=1\nCMD ["java", "-jar", "/app.jar"]\n`, ['3: With USE_SYSTEM_CA_CERTS']);
  });

  test('a run-time that is not on PATH', () => {
    declines(
      'FROM eclipse-temurin:21 AS jre\nRUN jlink --add-modules java.base --output /jre\nFROM debian:12\nCOPY --from=jre /jre /opt/jre\nCOPY a.jar /a.jar\nCMD ["java", "-jar", "/a.jar"]\n',
      [
        '4: No line puts the Java that is copied here on PATH, where “java” is looked for: ENV PATH=/opt/jre/bin:$PATH.',
      ],
    );
  });

  test('a run-time that jlink makes on Alpine', () => {
    declines(
      'FROM eclipse-temurin:21-alpine AS jre\nRUN jlink --add-modules java.base --output /jre\nFROM alpine:3.22\nCOPY --from=jre /jre /opt/jre\nCOPY a.jar /a.jar\nENV PATH=/opt/jre/bin:$PATH\nCMD ["java", "-jar", "/a.jar"]\n',
      ['1: The Java that is copied is made for Alpine’s C library (musl)'],
    );
  });
});

describe('the start script of Gradle', () => {
  test('the class and options behind it', () => {
    const read = (text: string, script = 'shop') => readGradleProgram(text, script);
    assert.deepEqual(read("application {\n  mainClass = 'a.Main'\n}\n"), { main: 'a.Main', options: [] });
    assert.deepEqual(
      read('application {\n  mainClass.set("a.MainKt")\n  applicationDefaultJvmArgs = listOf("-Xss1m", "-Da=b")\n}\n'),
      { main: 'a.MainKt', options: ['-Xss1m', '-Da=b'] },
    );
    assert.deepEqual(read("mainClassName = 'a.Main'\ndependencies {\n}\n"), { main: 'a.Main', options: [] });
    assert.deepEqual(read("// mainClassName = 'b.Old'\nmainClassName = 'a.Main' // b\n")?.main, 'a.Main');
    assert.equal(read('application {\n  mainClass = "$group.Main"\n}\n'), undefined);
    assert.equal(
      read('application {\n  mainClass = "a.Main"\n  applicationDefaultJvmArgs = ["-Dx=$y"]\n}\n'),
      undefined,
    );
    assert.equal(read('application {\n  mainClass = "a.Main"\n  applicationDefaultJvmArgs = args\n}\n'), undefined);
    assert.equal(
      read('application {\n  mainClass = "a.Main"\n  applicationDefaultJvmArgs = ["-Xss1m", more]\n}\n'),
      undefined,
    );
    const tasks =
      'startScripts.enabled = false\ntask one(type: CreateStartScripts) {\n  mainClass.set("a.One")\n  applicationName = "One"\n}\ntask two(type: CreateStartScripts) {\n  mainClass.set("a.Two")\n  applicationName = "Two"\n  defaultJvmOpts = ["-Xmx1g"]\n}\n';
    assert.deepEqual(read(tasks, 'Two'), { main: 'a.Two', options: ['-Xmx1g'] });
    assert.equal(read(tasks, 'Three'), undefined);
  });

  test('is written out', () => {
    const text =
      'FROM gradle:8-jdk21 AS build\nWORKDIR /w\nCOPY build.gradle .\nCOPY src src\nRUN gradle installDist\nFROM eclipse-temurin:21-jre\nCOPY --from=build /w/build/install/adShop /opt/shop\nENV AD_SHOP_OPTS=-Xmx1g\nENTRYPOINT ["/opt/shop/bin/adShop", "serve"]\n';
    const context = { 'build.gradle': 'application { mainClass = "a.Main" }\n' };
    const found = converted(text, { context });
    assert.deepEqual(found.dockerfile.trimEnd().split('\n').slice(-3), [
      'ENV AD_SHOP_OPTS=-Xmx1g',
      'ENV JAVA_TOOL_OPTIONS="$AD_SHOP_OPTS"',
      'ENTRYPOINT ["java", "-cp", "/opt/shop/lib/*", "a.Main", "serve"]',
    ]);
    says(found, '9 change: “/opt/shop/bin/adShop” is a shell script that Gradle makes.');
    says(found, '9 risk: Without a shell nothing fills in “$JAVA_OPTS” and “$AD_SHOP_OPTS”.');
    declines(text, ['9: “/opt/shop/bin/adShop” is a start script of the build tool']);
    // Which of two projects the script is of is not known.
    const two = text.replace('COPY build.gradle .', 'COPY build.gradle .\nCOPY other/build.gradle other/');
    declines(two, ['10: “/opt/shop/bin/adShop” is a start script of the build tool'], {
      context: { ...context, 'other/build.gradle': 'application { mainClass = "b.Main" }\n' },
    });
  });
});

describe('compiled to machine code', () => {
  const native = (builder: string, run: string, base: string, path: string) =>
    `FROM ${builder} AS build\nWORKDIR /app\nCOPY . .\nRUN ${run}\nFROM ${base}\nCOPY --from=build ${path} /demo\nCMD ["/demo"]\n`;
  const GRAAL = 'ghcr.io/graalvm/native-image-community:21';

  test('with the libraries that it is linked to', () => {
    const base = (text: string) => converted(text).base;
    assert.equal(
      base(native(GRAAL, './mvnw -Pnative native:compile', 'debian:12-slim', '/app/target/demo')),
      'gcr.io/distroless/cc-debian13:nonroot',
    );
    assert.equal(
      base(
        native(
          'eclipse-temurin:21-noble',
          './gradlew nativeCompile',
          'ubuntu:24.04',
          '/app/build/native/nativeCompile/demo',
        ),
      ),
      'gcr.io/distroless/cc-debian13:nonroot',
    );
    assert.equal(
      base(
        native(`${GRAAL}-muslib-ol9`, 'native-image --static --libc=musl -o demo Hello', 'alpine:3.22', '/app/demo'),
      ),
      'gcr.io/distroless/static-debian13:nonroot',
    );
    assert.equal(
      base(native(`${GRAAL}-ol8`, 'native-image --static-nolibc -o demo Hello', 'oraclelinux:8-slim', '/app/demo')),
      'gcr.io/distroless/base-debian13:nonroot',
    );
  });

  test('a jar beside it is started with Java', () => {
    const text = native(GRAAL, './mvnw -Pnative native:compile', 'eclipse-temurin:21-jre', '/app/target/demo');
    const { base } = converted(text.replace('["/demo"]', '["java", "-jar", "/demo/app.jar"]'));
    assert.equal(base, 'gcr.io/distroless/java21-debian13:nonroot');
  });

  test('not on another C library, or one that is not known', () => {
    declines(native('eclipse-temurin:21-alpine', 'native-image -o demo Hello', 'alpine:3.22', '/app/demo'), [
      '4: The program is linked to Alpine’s C library (musl)',
    ]);
    declines(native('example/graal:21', 'native-image -o demo Hello', 'debian:12', '/app/demo'), [
      '1: Which C library “example/graal:21” links programs to is not known',
    ]);
  });
});

test('the folder that a jar of Quarkus needs goes along', () => {
  const text =
    'FROM maven:3-eclipse-temurin-21\nWORKDIR /app\nCOPY . .\nRUN mvn package\nCMD ["java", "-jar", "target/quarkus-app/quarkus-run.jar"]\n';
  assert.ok(shipped(text).includes('COPY --from=build /app/target/quarkus-app /app/target/quarkus-app'));
});

test('the virtual machine is another one', () => {
  declines('FROM ibm-semeru-runtimes:open-11-jre\nCOPY a.jar /a.jar\nCMD ["java", "-jar", "/a.jar"]\n', [
    '1: Google has no distroless image of Java 11, and none is known',
  ]);
  says(
    converted('FROM ibm-semeru-runtimes:open-17-jre\nCOPY a.jar /a.jar\nCMD ["java", "-jar", "/a.jar"]\n'),
    '1 risk: “gcr.io/distroless/java17-debian13” has the virtual machine of OpenJDK (HotSpot), and not OpenJ9.',
  );
});
