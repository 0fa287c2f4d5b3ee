/**
 * adoptium/containers (eclipse-temurin), carlossg/docker-maven and gradle/docker-gradle: the JDK in /opt/java/openjdk, Maven in /usr/share/maven. The vendors build on
 * Ubuntu, this is Debian's OpenJDK, Maven and Gradle on Debian.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../support/engine.ts';
import { machineAuthorities } from './authorities.ts';
import { debian, mozillaAuthorities, unpacked } from './debian.ts';
import type { StandIn } from './stand-in.ts';

const home = '/opt/java/openjdk';
const configuration = [
  `ENV JAVA_HOME=${home}`,
  `ENV PATH=${home}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  'ENV LANG=en_US.UTF-8 LANGUAGE=en_US:en LC_ALL=en_US.UTF-8',
  'ENV JAVA_VERSION=jdk-21',
  'ENTRYPOINT ["/__cacert_entrypoint.sh"]',
];

export function java(reference: string): StandIn | undefined {
  const source = import.meta.filename;
  const temurin = /^eclipse-temurin:21(?:-(jdk|jre))?(?:-(?:noble|resolute))?$/.exec(reference);
  if (temurin) {
    const jre = temurin[1] === 'jre';
    return {
      id: `temurin-21-${jre ? 'jre' : 'jdk'}`,
      madeOf: 'Debian’s OpenJDK 21',
      source,
      configuration: [...configuration, ...(jre ? [] : ['CMD ["jshell"]'])],
      fill: (root) => fill(root, jre, []),
    };
  }
  if (/^maven:3(?:\.9(?:\.\d+)?)?-eclipse-temurin-21(?:-noble)?$/.test(reference)) {
    return {
      id: 'maven-3-temurin-21',
      madeOf: 'Debian’s OpenJDK 21 and Maven 3.9',
      source,
      configuration: [
        ...configuration.slice(0, -1),
        'ENV MAVEN_HOME=/usr/share/maven',
        'ENV MAVEN_CONFIG=/root/.m2',
        'ENTRYPOINT ["/usr/local/bin/mvn-entrypoint.sh"]',
        'CMD ["mvn"]',
      ],
      async fill(root) {
        await fill(root, false, ['git', 'maven']);
        await withoutDebiansJava(root);
        await run('ln', ['-sf', '/usr/share/maven/bin/mvn', join(root, 'usr/bin/mvn')]);
        await script(root, 'usr/local/bin/mvn-entrypoint.sh', 'exec "$@"');
      },
    };
  }
  if (/^gradle:(?:8(?:\.\d+){0,2}-)?jdk21(?:-(?:noble|jammy))?$/.test(reference)) {
    return {
      id: 'gradle-jdk21',
      madeOf: 'Debian’s OpenJDK 21 and Gradle 4.4',
      source,
      configuration: [
        ...configuration.slice(0, -1),
        'ENV GRADLE_HOME=/usr/share/gradle',
        'WORKDIR /home/gradle',
        'CMD ["gradle"]',
      ],
      async fill(root) {
        await fill(root, false, ['git', 'unzip', 'gradle']);
        await withoutDebiansJava(root);
      },
    };
  }
  return undefined;
}

/** Tools of Debian’s come with a Java of Debian’s, which the vendor’s image has not. */
async function withoutDebiansJava(root: string): Promise<void> {
  await rm(join(root, 'usr/lib/jvm'), { recursive: true });
  await run('find', [join(root, 'usr/bin'), '-xtype', 'l', '-lname', '/etc/alternatives/*', '-delete']);
}

async function fill(root: string, jre: boolean, packages: readonly string[]): Promise<void> {
  await debian(root, [...packages, 'ca-certificates', 'p11-kit', 'tzdata', 'locales', 'fontconfig', 'binutils']);
  await run('chroot', [root, 'localedef', '-i', 'en_US', '-c', '-f', 'UTF-8', 'en_US.UTF-8']);
  await putOpenjdk(join(root, home), ['openjdk-21-jre-headless', ...(jre ? [] : ['openjdk-21-jdk-headless'])]);
  await writeTrustStore(join(root, home, 'lib/security/cacerts'), [
    ...(await mozillaAuthorities()),
    ...machineAuthorities,
  ]);
  await script(root, '__cacert_entrypoint.sh', 'exec "$@"');
}

/** The vendor’s also add certificates, or copy settings, where a variable asks for it. */
async function script(root: string, path: string, text: string): Promise<void> {
  await writeFile(join(root, path), `#!/bin/sh\nset -e\n${text}\n`, { mode: 0o755 });
}

/** Debian’s OpenJDK 21 in a folder of its own, with the settings that Debian keeps in /etc. */
export async function putOpenjdk(folder: string, packages: readonly string[]): Promise<void> {
  const files = await unpacked(packages);
  const from = join(files, 'usr/lib/jvm/java-21-openjdk-amd64');
  const links = (await run('find', [from, '-lname', '/etc/java-21-openjdk/*', '-printf', '%P\\0%l\\0'])).split('\0');
  for (let i = 0; i + 1 < links.length; i += 2) {
    await rm(join(from, links[i]!));
    await cp(join(files, links[i + 1]!), join(from, links[i]!));
  }
  await rm(join(from, 'docs'), { force: true });
  await mkdir(dirname(folder), { recursive: true });
  await run('cp', ['-a', from, folder]);
  await rm(files, { recursive: true });
}

/** A Java trust store of PEM certificates, in the form JKS (https://docs.oracle.com/javase/8/docs/technotes/guides/security/), which ends with a digest over the password and the rest. */
export async function writeTrustStore(path: string, certificates: readonly string[]): Promise<void> {
  const text = (value: string) => [number(value.length, 2), Buffer.from(value)];
  const entries = certificates.flatMap((pem, i) => {
    const der = new X509Certificate(pem).raw;
    return [number(2, 4), ...text(`authority${i}`), number(0, 8), ...text('X.509'), number(der.length, 4), der];
  });
  const body = Buffer.concat([number(0xfeedfeed, 4), number(2, 4), number(certificates.length, 4), ...entries]);
  const password = Buffer.from('changeit', 'utf16le').swap16();
  const digest = createHash('sha1').update(password).update('Mighty Aphrodite').update(body).digest();
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await writeFile(path, Buffer.concat([body, digest]));
}

function number(value: number, bytes: 2 | 4 | 8): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, bytes === 8 ? 2 : 0, bytes === 8 ? 6 : bytes);
  return buffer;
}
