/** Java: the jar, or the classes, ship on Google's image of the same version; of versions without one, the run-time ships too. */
import type { Base } from '../bases/base.ts';
import { assignments } from '../dockerfile/assignments.ts';
import { wordsIn } from '../dockerfile/run-scripts.ts';
import { variablesIn } from '../dockerfile/variables-used.ts';
import { carryConfiguration, declineAlways, isToolPath, keepFolder, type Needed, warnOfLowPorts } from './carry.ts';
import { filesNamed } from './context-files.ts';
import type { Family } from './conversion.ts';
import { type Draft, decline, isInPlace, list, newDraft, note } from './draft.ts';
import { dropNeedlessRuns } from './final-runs.ts';
import { settleHealthcheck } from './health.ts';
import { fromOf, type JavaBase, settleJavaBase } from './java-base.ts';
import { isJavaBuild, javaBuilds, PROJECT_FILES, readPom, resolveJar } from './java-build.ts';
import { isJava, type JavaCommand, javaScript } from './java-command.ts';
import { placeFiles, wantedPaths } from './java-files.ts';
import { javaImage } from './java-image.ts';
import { convertNative, isNative } from './java-native.ts';
import { withoutGradleScript } from './java-script.ts';
import { passOptions, settleJavaStart, startedJava, startOfRunJava } from './java-start.ts';
import { keyword } from './layout.ts';
import { settleLeftovers } from './leftovers.ts';
import { takeNamedFiles } from './named-files.ts';
import { outermost } from './paths.ts';
import type { Recipe } from './recipe.ts';
import { settlePackages } from './settle-packages.ts';
import { readStart, type Start } from './start.ts';
import { lastStep, type Step, type Subject } from './subject.ts';
import { reachable, settleUser } from './users.ts';

export const java: Recipe = {
  language: 'java',
  name: 'Java',
  recognises: (subject) =>
    javaBuilds(subject).length > 0 ||
    subject.builders.some((builder) => javaBuilds(builder.subject).length > 0) ||
    serverOf(subject) !== undefined ||
    isNative(subject) ||
    ['ENTRYPOINT', 'CMD'].some((word) => {
      const { instruction } = lastStep(subject, word) ?? {};
      return instruction && wordsIn(instruction).some((it) => isJava(it) || /\.jar\b/.test(it));
    }),
  contextFiles: (subject) =>
    PROJECT_FILES.flatMap((name) =>
      [subject, ...subject.builders.map((builder) => builder.subject)].flatMap((it) =>
        filesNamed(it, name).map(({ path }) => path),
      ),
    ),
  convert(subject, family) {
    const draft = newDraft(subject);
    return { draft, base: isNative(subject) ? convertNative(draft, family) : convertJava(draft, family)?.reference };
  },
};

function convertJava(draft: Draft, family: Family | undefined): Base | undefined {
  const { subject } = draft;
  declineAlways(draft);
  if (declineServer(draft)) return undefined;
  const script = javaScript(draft, (pattern, line) => resolveJar(draft, pattern, line));
  const theirs = startOfRunJava(draft);
  const said = theirs ? theirs.start : readStart(draft, script.read);
  const gradle = said && withoutGradleScript(draft, said);
  const lines = gradle?.start ?? said;
  const command = lines && startedJava(draft, lines);
  const chosen = settleJavaBase(draft, family);
  const wanted = command && wantedPaths(draft, command);
  if (!lines || !command || !chosen || !wanted || !declineTrustStore(draft)) {
    settlePackages(draft, [], javaBuilds(subject).length > 0 ? 'builder' : 'final');
    return undefined;
  }
  const { image } = chosen;
  const builds = javaBuilds(subject);
  draft.base = image;
  draft.provided = PROVIDED;
  dropNeedlessRuns(draft, (it) => isJavaBuild(it));
  const runsAs = settleUser(draft);
  const sources = outermost(builds.flatMap(({ folder }) => folder ?? []));
  // Their script goes to the folder of the jar before it starts it.
  keepFolder(draft, theirs ? '/deployments' : subject.cwd);
  const taken = placeFiles(draft, wanted, sources);
  reachable(draft, taken, runsAs);
  carryConfiguration(draft, neededBy(chosen.brought !== undefined));
  for (const path of taken) draft.copied.push({ path, owner: undefined });
  if (!theirs) settleJavaStart(draft, lines, image, chosen.brought !== undefined);
  passOptions(draft, (theirs ?? gradle)?.passed ?? script.passed, (lines.entrypoint ?? lines.cmd!).step.line);
  settleHealthcheck(
    draft,
    ([first = '', ...given]) => (isJava(first) ? ['java', ...given] : undefined),
    'HEALTHCHECK CMD ["java", "-cp", "/app.jar", "HealthCheck"]',
  );
  const shipped = subject.steps.flatMap(({ copy, index }) =>
    copy?.destination !== undefined && draft.fates[index] !== 'build' ? [copy.destination] : [],
  );
  settleLeftovers(
    draft,
    { taken: builds.length > 0 ? taken : shipped, sources, packages: [], isBuild: (it) => isJavaBuild(it) },
    runsAs,
  );
  takeRuntime(draft, chosen);
  if (builds.length > 0) takeNamedFiles(draft, lines, sources);
  warnOfLowPorts(draft, runsAs.owner === undefined);
  noteJavaHome(draft, chosen);
  describe(draft, command, lines, taken);
  return image;
}

/** By the names of Debian, Alpine and Fedora: what the images of Java have (GoogleContainerTools/distroless@java/config.bzl), and Java itself. */
const PROVIDED =
  /^((openjdk-?|java-|temurin-)(1\.8\.0|\d+)[\w-]*|default-(jre|jdk)(-headless)?|ca-certificates-java|java-cacerts|fontconfig(-config)?|libfontconfig1|fonts-dejavu(-core)?|ttf-dejavu|font-dejavu|libfreetype6|freetype|liblcms2-2|libjpeg62-turbo|libstdc\+\+6?|libgcc(-s1|1)?|zlib1g|zlib|libc6-compat|gcompat|libuuid1|libexpat1)$/;

/** Servers that are started by a shell script of theirs. */
const SERVERS =
  /(^|\/)(tomcat|tomee|jetty|wildfly|jboss-[\w-]+|payara|server-full|server-web|micro|glassfish|open-liberty|websphere-liberty|websphere-traditional|weblogic|resin|solr|jenkins|keycloak|flink|storm|zookeeper|cassandra|elasticsearch|logstash|kafka|activemq-artemis|sonarqube|nexus3|neo4j)(:|@|$)/;

const serverOf = (subject: Subject) => SERVERS.exec(fromOf(subject).written)?.[2];

function declineServer(draft: Draft): boolean {
  const { line, written } = fromOf(draft.subject);
  const server = serverOf(draft.subject);
  if (server === undefined || javaImage(undefined, written)) return false;
  decline(
    draft,
    line,
    `“${written}” starts ${server} by shell scripts, and a distroless image has no shell. Build a jar with the server in it, and start that with java.`,
  );
  return true;
}

/** Its start script, which is not there any more, would put the system's certificates into Java's trust store. */
function declineTrustStore(draft: Draft): boolean {
  const step = draft.subject.steps.find(
    ({ instruction }) =>
      instruction.keyword === 'ENV' && assignments(instruction).some(({ name }) => name === 'USE_SYSTEM_CA_CERTS'),
  );
  if (!step) return true;
  decline(
    draft,
    step.line,
    'With USE_SYSTEM_CA_CERTS a shell script of the image puts certificates into Java’s trust store at every start. Put them there in the build (keytool -importcert), and name the store with -Djavax.net.ssl.trustStore.',
  );
  return false;
}

/** The run-time of a version of which there is no image: from the stage where it becomes a builder, else from the image that it was built on. */
function takeRuntime(draft: Draft, { donor }: JavaBase): void {
  if (!donor) return;
  const { subject } = draft;
  const own = isInPlace(draft) ? (subject.base?.reference ?? fromOf(subject).written) : undefined;
  const from = donor.image ?? own;
  const paths = [donor.home, ...donor.also];
  draft.copied.push(...paths.map((path) => ({ path, owner: undefined, ...(from === undefined ? {} : { from }) })));
  draft.settings.push(`${keyword(subject, 'ENV')} JAVA_HOME=${donor.home} PATH=${donor.home}/bin:$PATH`);
  note(
    draft,
    'change',
    subject.stage.from.range.start.line,
    `JAVA_HOME and PATH name ${donor.home}, to which Java is copied.`,
  );
}

/** What names a folder of the old base, and is kept because the file sets it. */
function noteJavaHome(draft: Draft, { brought, donor }: JavaBase): void {
  const { subject, fates } = draft;
  if (brought || donor) return;
  for (const { instruction, index, line } of subject.steps) {
    if (instruction.keyword !== 'ENV' || fates[index] === 'build' || fates[index] === 'gone') continue;
    if (!assignments(instruction).some(({ name }) => name === 'JAVA_HOME')) continue;
    note(
      draft,
      'risk',
      line,
      'JAVA_HOME names a folder that the base has not. Java does without it; leave the line out if nothing else reads it.',
    );
  }
}

/** Settings of Maven and Gradle are the build's, and where the builder has its tools; not where the file brings its own Java. */
const neededBy =
  (own: boolean) =>
  (name: string, step: Step): Needed => {
    if (/^(MAVEN_\w+|MVN_\w+|M2_\w+|M2|GRADLE_\w+|SBT_\w+|ANT_\w+|DEBIAN_FRONTEND)$/.test(name)) return 'build';
    if (name !== 'PATH' && name !== 'JAVA_HOME') return 'final';
    if (own) return 'both';
    const value = assignments(step.instruction).find((it) => it.name === name)?.value ?? '';
    const isTool =
      [...variablesIn(value, '\\')].some((it) => /^(JAVA|MAVEN|M2|GRADLE|SBT|ANT)_HOME$/.test(it)) ||
      /\/(maven|gradle|sbt|ant)\b/.test(value);
    return name === 'JAVA_HOME' || isToolPath(name, step) || isTool ? 'build' : 'final';
  };

function describe(draft: Draft, { runs }: JavaCommand, start: Start, taken: readonly string[]): void {
  const { subject } = draft;
  const { line } = (start.entrypoint ?? start.cmd!).step;
  const builds = javaBuilds(subject);
  if (builds.length > 0 && taken.length > 0) {
    const are = taken.length > 1 ? 'are' : 'is';
    const whole = runs.kind === 'jar' ? ' The jar is assumed to have its libraries in it.' : '';
    note(
      draft,
      'assumption',
      builds.at(-1)!.command.line,
      `${list(taken)} ${are} taken from the build, and nothing else.${whole} Files that the program opens beside ${taken.length > 1 ? 'them' : 'it'} need a COPY --from of their own, and programs that it starts are not there.`,
    );
  } else
    note(draft, 'assumption', line, 'The program is assumed to start no other programs, of which the base has none.');
  const [pom] = filesNamed(subject, 'pom.xml').flatMap(({ path }) => subject.context.get(path) ?? []);
  const read = pom === undefined ? undefined : readPom(pom);
  if (
    runs.kind === 'jar' &&
    read &&
    !read.fat &&
    read.hasDependencies &&
    draft.copied.every(({ path }) => /\.jar$/.test(path))
  ) {
    note(
      draft,
      'risk',
      line,
      'pom.xml names dependencies, and no plugin that puts them into the jar. If no parent of it does, the jar does not find them.',
    );
  }
}
