/** The base of a Java program: the image of its very version, or else that version's own run-time on an image with the libraries that it needs. */
import type { Base } from '../bases/base.ts';
import { assignments } from '../dockerfile/assignments.ts';
import { rootStage } from '../dockerfile/queries.ts';
import type { Family } from './conversion.ts';
import { type Draft, decline, note } from './draft.ts';
import { declineFamily, imageOf } from './families.ts';
import { googleImage } from './google.ts';
import { javaBuilds } from './java-build.ts';
import { type Donor, donorOf, type JavaImage, javaImage } from './java-image.ts';
import { startWords } from './language.ts';
import { readInstall } from './packages.ts';
import { isInside, resolvePath } from './paths.ts';
import { hasOpenTag } from './stage-variables.ts';
import { builderOf, type Step, type Subject } from './subject.ts';

export interface JavaBase {
  readonly image: Base;
  /** A run-time that is copied along, because the image has none. */
  readonly donor: Donor | undefined;
  /** The step that brings a run-time of the user's own. */
  readonly brought: Step | undefined;
}

/** The FROM at the bottom: its line, and what it names. */
export function fromOf({ dockerfile, stage }: Subject): { readonly line: number; readonly written: string } {
  const root = rootStage(dockerfile, stage);
  return { line: root.from.range.start.line, written: root.image?.value ?? '' };
}

/** Undefined: declined. */
export function settleJavaBase(draft: Draft, family: Family | undefined): JavaBase | undefined {
  const { subject } = draft;
  const { line, written } = fromOf(subject);
  const brought = broughtRuntime(subject);
  if (brought) return ownRuntime(draft, brought, family, line);
  const java = javaImage(subject.base, subject.base?.reference ?? written) ?? installedJava(subject);
  if (!java) {
    decline(
      draft,
      line,
      `Which Java “${written}” runs cannot be told. Build on an image that names it, such as eclipse-temurin:21-jre.`,
    );
    return undefined;
  }
  const { major } = java;
  if (major === undefined) {
    decline(
      draft,
      line,
      `Which Java “${written}” has changes over time, and distroless images are of one version each. Name it, such as eclipse-temurin:21.`,
    );
    return undefined;
  }
  if (hasOpenTag(written)) {
    note(
      draft,
      'assumption',
      line,
      `The version comes from a build argument, by default ${major}; the new base does not follow it. A build with another version needs another base.`,
    );
  }
  if (family !== undefined && family !== 'google') return ofFamily(draft, family, major, line);
  const image = imageOf('google', { language: 'java', version: String(major) }, subject.today);
  if (image) {
    sayJava(draft, java, image, line);
    return { image, donor: undefined, brought: undefined };
  }
  return copied(draft, java, major, line, written);
}

function ofFamily(draft: Draft, family: Family, major: number, line: number): JavaBase | undefined {
  const image = imageOf(family, { language: 'java', version: String(major) }, draft.subject.today);
  if (!image) {
    declineFamily(draft, line, family, `Java ${major}`);
    return undefined;
  }
  return { image, donor: undefined, brought: undefined };
}

function sayJava(draft: Draft, { machine, major }: JavaImage, image: Base, line: number): void {
  const from = draft.subject.base?.name ?? '';
  if (machine !== 'hotspot') {
    note(
      draft,
      'risk',
      line,
      `“${image.name}” has the virtual machine of OpenJDK (HotSpot), and not ${machine === 'openj9' ? 'OpenJ9' : 'GraalVM'}. Options and what else is of that machine alone do not work there.`,
    );
  } else if (!/eclipse-temurin|^(maven|gradle)$/.test(from)) {
    note(
      draft,
      'change',
      line,
      `Java ${major} is the one of Eclipse Temurin in “${image.name}”, of the same OpenJDK version.`,
    );
  }
}

/** No image of that version: its own run-time is taken along, with the libraries of `java-base` below it. */
function copied(draft: Draft, java: JavaImage, major: number, line: number, written: string): JavaBase | undefined {
  const { subject } = draft;
  const image = googleImage('java-base', subject.today);
  const donor = java.machine === 'hotspot' ? donorOf(subject.base, written, major) : undefined;
  if (!image || !donor) {
    decline(
      draft,
      line,
      `Google has no distroless image of Java ${major}, and none is known from which it could be copied. Move to Java 17, 21 or 25.`,
    );
    return undefined;
  }
  note(
    draft,
    'risk',
    line,
    `Google has no distroless image of Java ${major}, so ${donor.home} is copied from “${donor.image ?? written}” into “${image.name}”, which has the libraries that it needs. It is not updated with the base: build anew when a fix for Java ${major} comes out, or move to Java 17, 21 or 25.`,
  );
  if (donor.other) {
    const why = java.musl
      ? 'is made for Alpine’s C library (musl), which the base has not'
      : 'is in a place that is not known';
    note(
      draft,
      'risk',
      line,
      `The Java of “${written}” ${why}, so that of Eclipse Temurin is taken, of the same major version.`,
    );
  }
  return { image, donor, brought: undefined };
}

/** The JDK or JRE that a package of the distribution brings. */
function installedJava({ steps, base }: Subject): JavaImage | undefined {
  for (const step of steps) {
    for (const command of step.commands) {
      for (const name of readInstall(command)?.names ?? []) {
        const major = /^(?:openjdk-?|java-|temurin-)(1\.8\.0|\d+)(?:-|$)/.exec(name)?.[1];
        if (major !== undefined)
          return {
            major: major === '1.8.0' ? 8 : Number(major),
            machine: 'hotspot',
            musl: base?.os?.libc === 'musl',
          };
      }
    }
  }
  return undefined;
}

/** A line that copies a run-time: one that jlink made in a stage before, or that of an image of Java. */
function broughtRuntime(subject: Subject): Step | undefined {
  return subject.steps.find((step) => {
    const { copy } = step;
    const [source] = copy?.sources ?? [];
    if (!copy || source === undefined || copy.from === undefined) return false;
    if (copy.source?.kind === 'image') return javaImage(undefined, copy.from) !== undefined && !/\.jar$/.test(source);
    const builder = builderOf(subject, step);
    if (!builder) return false;
    return javaBuilds(builder.subject).some(({ command }) => {
      const words = command.words;
      const at = words.findIndex((word) => /^--output(=|$)/.test(word));
      const output = at < 0 ? undefined : (/^--output=(.*)/.exec(words[at]!)?.[1] ?? words[at + 1]);
      return (
        /(^|\/)jlink$/.test(words[0] ?? '') &&
        output !== undefined &&
        (output.startsWith('/') || command.cwd !== undefined) &&
        isInside(resolvePath('/', source), resolvePath(command.cwd ?? '/', output))
      );
    });
  });
}

function ownRuntime(draft: Draft, brought: Step, family: Family | undefined, line: number): JavaBase | undefined {
  const { subject } = draft;
  const builder = builderOf(subject, brought);
  const musl = builder ? builder.base?.os?.libc === 'musl' : /alpine/.test(brought.copy?.from ?? '');
  if (musl) {
    decline(
      draft,
      builder?.stage.from.range.start.line ?? brought.line,
      'The Java that is copied is made for Alpine’s C library (musl), and distroless images have another. Make it on an image of Debian or Ubuntu, such as eclipse-temurin:21.',
    );
    return undefined;
  }
  const onPath = subject.steps.some(
    ({ instruction }) => instruction.keyword === 'ENV' && assignments(instruction).some(({ name }) => name === 'PATH'),
  );
  if (!onPath && startWords(subject).includes('java')) {
    decline(
      draft,
      brought.line,
      `No line puts the Java that is copied here on PATH, where “java” is looked for: ENV PATH=${brought.copy?.destination ?? '/opt/java'}/bin:$PATH.`,
    );
    return undefined;
  }
  const image = googleImage('java-base', subject.today);
  if ((family !== undefined && family !== 'google') || !image) {
    declineFamily(draft, line, family ?? 'google', 'image for a Java that is copied into it');
    return undefined;
  }
  note(
    draft,
    'risk',
    brought.line,
    builder
      ? 'jlink takes only the modules that it is told. What a program finds at run time only, such as elliptic curves in TLS (jdk.crypto.ec, before Java 22) or locales (jdk.localedata), has to be named in --add-modules.'
      : `The Java that is copied here is not updated with the base. Google has images of Java 17, 21 and 25.`,
  );
  return { image, donor: undefined, brought };
}
