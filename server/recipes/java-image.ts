/** Which Java an image carries, where it is in there, and the image that has the same one without a compiler. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';

export interface JavaImage {
  /** `8`, `11`, `17` …; undefined where the tag does not say. */
  readonly major: number | undefined;
  /** OpenJ9 and GraalVM are other virtual machines than that of OpenJDK. */
  readonly machine: 'hotspot' | 'openj9' | 'graal';
  readonly musl: boolean;
}

/** By name; what the tag says of the version is read from its front, or behind the words that name a build of Java. */
const NAMES =
  /(^|\/)(eclipse-temurin|openjdk|java|maven|gradle|amazoncorretto|sapmachine|ibm-semeru-runtimes|adoptopenjdk|graalvm|kotlin|clojure|groovy)(:|@|$)|bellsoft\/liberica-|azul\/zulu-openjdk|adoptopenjdk\/openjdk|\/openjdk-\d+|\/graalvm[/-]|\/java\/(openjdk|jdk)|\/openjdk\/jdk:|alpine-(oracle)?(java|jdk|jre)/;

/** Undefined: it is not known to carry Java. */
export function javaImage(base: Base | undefined, written: string): JavaImage | undefined {
  const name = written.replace(/@.*/, '');
  if (base?.runtime?.language !== 'java' && !NAMES.test(name)) return undefined;
  const colon = name.lastIndexOf(':');
  const tag = colon > name.lastIndexOf('/') ? name.slice(colon + 1) : '';
  const path = colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
  const builds =
    /(?:^|[^a-z])(?:jdk|jre|java|temurin|corretto|semeru|zulu|liberica|sapmachine|open|graalvm-community|ol\d+-java)-?(\d+)/.exec(
      tag,
    )?.[1];
  const isTool = /(^|\/)(maven|gradle|kotlin|clojure|groovy)$/.test(path);
  const number =
    /openjdk-?(\d+)$|oracle(?:jdk|java)-?(\d+)$|graalvm-ce:?(\d+)$/
      .exec(path)
      ?.slice(1)
      .find((it) => it !== undefined) ??
    builds ??
    (isTool ? undefined : /^v?(1\.8|\d+)/.exec(tag)?.[1]);
  const major = number === undefined ? undefined : number === '1.8' ? 8 : Number(number);
  return {
    major: major !== undefined && major >= 5 && major < 100 ? major : undefined,
    machine: /semeru|openj9|ibmjava/.test(name) ? 'openj9' : /graal/.test(name) ? 'graal' : 'hotspot',
    musl: base?.os?.libc === 'musl' || /alpine|musl/.test(name),
  };
}

/** Where to take a run-time of Java from that Google has no image of. */
export interface Donor {
  /** An image. Undefined: the user's own. */
  readonly image: string | undefined;
  readonly home: string;
  /** What else it needs of there. */
  readonly also: readonly string[];
  /** It is of another maker than that of the image before. */
  readonly other: boolean;
}

const TEMURIN = '/opt/java/openjdk';

/**
 * A run-time of that major version which runs on Debian's C library: that of the image itself where its place is known, else Temurin's.
 * Undefined: there is none. Sources: the Dockerfiles of adoptium/containers, docker-library/openjdk, corretto/corretto-docker,
 * carlossg/docker-maven and gradle/docker-gradle; for the trust store of Corretto, kviklet/kviklet#525.
 */
export function donorOf(base: Base | undefined, written: string, major: number): Donor | undefined {
  const { name = '', tag = '' } = base ?? {};
  const own = (home: string, also: readonly string[] = []): Donor => ({ image: undefined, home, also, other: false });
  const isTemurin =
    name === 'eclipse-temurin' ||
    (name === 'maven' && /temurin/.test(tag)) ||
    (name === 'gradle' && !/corretto|graal|ubi/.test(tag));
  const temurin = temurinOf(name === 'eclipse-temurin' ? tag : '', major, !isTemurin);
  if (base?.os?.libc === 'musl' || /alpine/.test(written)) return temurin;
  if (name === 'eclipse-temurin' && /jre/.test(tag)) return own(TEMURIN);
  if (isTemurin) return temurin;
  // Its trust store is that of the distribution, by a link.
  if (name === 'amazoncorretto') {
    const home = `/usr/lib/jvm/java-${major === 8 ? '1.8.0' : major}-amazon-corretto`;
    return own(major === 8 ? `${home}/jre` : home, ['/etc/pki/java/cacerts']);
  }
  const openjdk = name === 'openjdk' || (name === 'maven' && /(openjdk|jdk)-\d/.test(tag));
  return (openjdk ? ofOpenjdk(tag, major, own) : undefined) ?? temurin;
}

/** Built on Debian until Java 11, and since 12 on Oracle Linux, unless the tag says Debian. Older patches had it elsewhere. */
function ofOpenjdk(
  tag: string,
  major: number,
  own: (home: string, also?: readonly string[]) => Donor,
): Donor | undefined {
  const patch = /(?:^|-)8u(\d+)|(?:^|-)11\.0\.(\d+)/.exec(tag);
  if (patch && (Number(patch[1] ?? 999) < 212 || Number(patch[2] ?? 999) < 4)) return undefined;
  const debian = /slim|bookworm|bullseye|buster|stretch/.test(tag) || (major < 12 && !/oracle/.test(tag));
  if (!debian) return own(`/usr/java/openjdk-${major}`, ['/etc/pki/ca-trust/extracted/java/cacerts']);
  const home = `/usr/local/openjdk-${major}`;
  // The compiler of Java 8 has the run-time in a folder of its own.
  return own(major === 8 && !/jre/.test(tag) ? `${home}/jre` : home);
}

/** The run-time image of Temurin that the data knows, with the patch of the tag if that has one. */
function temurinOf(tag: string, major: number, other: boolean): Donor | undefined {
  const patch = /^(\d+u\d+-b\d+|\d+\.[\d.]+_\d+)(?=-|$)/.exec(tag)?.[1];
  const known = findBase(`eclipse-temurin:${major}-jre`);
  return known?.os?.libc === 'glibc'
    ? { image: `eclipse-temurin:${patch ?? major}-jre`, home: TEMURIN, also: [], other }
    : undefined;
}
