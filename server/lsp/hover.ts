/** What is known of a base image, shown where FROM names it; and which image that is. */
import { type Connection, MarkupKind } from 'vscode-languageserver';
import type { Base } from '../bases/base.ts';
import { baseOf } from '../bases/effective.ts';
import { knowledge } from '../bases/find.ts';
import { lifecycle } from '../bases/lifecycle.ts';
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { whatItIs } from '../dockerfile/named-contexts.ts';
import { rootStage } from '../dockerfile/queries.ts';
import { type BaseOfStage, baseAtLine, exploreBaseCommand } from '../protocol.ts';
import { today } from '../today.ts';
import type { OpenDocuments } from './documents.ts';
import type { Judge } from './findings.ts';

/** `explores`: whether the client can open the image. */
export function offerHover(
  connection: Connection,
  documents: OpenDocuments,
  judge: Judge,
  explores: () => boolean,
): void {
  connection.onHover(({ textDocument: { uri }, position: { line, character } }) => {
    const document = documents.get(uri);
    const dockerfile = document && judge.built(document);
    const stage = dockerfile?.stages.find(({ image }) => {
      const { start, end } = image?.range ?? {};
      return start?.line === line && start.character <= character && end?.line === line && character <= end.character;
    });
    const base = stage && baseOf(dockerfile!, stage);
    const image = stage && explores() ? baseImage(dockerfile!, stage) : undefined;
    const link = image?.kind === 'image' ? exploreLink(image.name, image.platform) : undefined;
    const known = base && describeBase(base, today());
    const given = stage && describeGiven(stage);
    if (!stage?.image || (!known && !link && !given)) return null;
    const value = [given, known, link].filter((part) => part !== undefined).join('\n\n');
    return { range: stage.image.range, contents: { kind: MarkupKind.Markdown, value } };
  });
  connection.onRequest<BaseOfStage, unknown>(baseAtLine.method, ({ uri, line }: { uri: string; line: number }) => {
    const document = documents.get(uri);
    const dockerfile = document && judge.built(document);
    const stage = dockerfile?.stages.findLast(({ from }) => from.range.start.line <= line);
    return dockerfile && stage ? baseImage(dockerfile, stage) : { kind: 'none' };
  });
}

function baseImage(dockerfile: Dockerfile, stage: Stage): BaseOfStage {
  const { parent, platform, given } = rootStage(dockerfile, stage);
  if (parent.kind === 'unknown' && given) return { kind: 'given' };
  if (parent.kind !== 'image') return { kind: parent.kind === 'scratch' ? 'scratch' : 'unknown' };
  const wanted = platformOf(platform, dockerfile);
  return { kind: 'image', name: parent.reference, ...(wanted && { platform: wanted }) };
}

/** What FROM asks for, as images name it. Undefined: nothing, or what only the builder knows, such as `$BUILDPLATFORM`. */
function platformOf(written = '', { globalArgs }: Dockerfile): string | undefined {
  const value = written.replace(/^\$(?:\{(\w+)\}|(\w+))$/, (_, a, b) => globalArgs.get(a ?? b) ?? '').toLowerCase();
  const [, os = 'linux', architecture = '', variant = ''] = /^(?:(linux|windows)\/)?(\w+)(\/\w+)?$/.exec(value) ?? [];
  return architecture ? `${os}/${otherNames[architecture] ?? architecture}${variant}` : undefined;
}

/** As containerd reads them (platforms/database.go). */
const otherNames: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armhf: 'arm', i386: '386' };

/** Markdown. Of the name nothing is left that could end the link: all but letters, digits, `-`, `_`, `.` and `~` is escaped. */
function exploreLink(name: string, platform: string | undefined): string {
  const input = encodeURIComponent(JSON.stringify(platform ? [name, platform] : [name])).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  return `[Explore this base](command:${exploreBaseCommand}?${input} "Shows what is in the image")`;
}

/** Markdown. What a bake or compose file says that the name means; undefined: nothing. */
function describeGiven({ name, image, given }: Stage): string | undefined {
  if (!given) return undefined;
  const what = whatItIs(given.context, (text) => code(text.slice(0, 200).replace(/[\p{Cc}\p{Cf}]/gu, '\u{FFFD}')));
  if (given.replaces)
    return `A bake or compose file gives ${what} to the build instead of the stage ${code(name?.text ?? '')}.`;
  return `A bake or compose file gives ${what} to the build as ${code(image?.value ?? '')}.`;
}

/** Markdown. Everything in it is a fact of our data, but for the name, which is shown as code. */
export function describeBase(base: Base, day: string): string {
  const facts = [runsOn(base), starts(base), runsAs(base), tools(base), ends(base, day)].filter(
    (fact) => fact !== undefined,
  );
  const sources = base.sources.length > 0 ? ` Sources: ${base.sources.map(code).join(', ')}.` : '';
  return [
    code(base.reference),
    facts.map((fact) => `- ${fact}`).join('\n'),
    `As known on ${knowledge.asOf}.${sources}`,
  ].join('\n\n');
}

function runsOn({ os, runtime }: Base): string | undefined {
  const system = os && [
    os.name,
    os.libc && os.libc !== 'none' ? `${os.libc}${os.libcVersion ? ` ${os.libcVersion}` : ''}` : undefined,
  ];
  const parts = [...(system ?? []), runtime && `${runtime.language}${runtime.version ? ` ${runtime.version}` : ''}`];
  const known = parts.filter((part) => part !== undefined);
  return known.length > 0 ? known.join(' · ') : undefined;
}

function starts({ entrypoint, cmd }: Base): string | undefined {
  if (!entrypoint) return undefined;
  if (entrypoint.length > 0) return `Starts ${code(entrypoint.join(' '))}: CMD holds only what comes after it`;
  return cmd && cmd.length > 0
    ? `Has no entrypoint; runs ${code(cmd.join(' '))} by default`
    : 'Has no entrypoint: CMD or ENTRYPOINT has to name the program';
}

function runsAs({ user, workdir }: Base): string | undefined {
  if (user === undefined) return undefined;
  const who = user === '' || user === '0' || user === 'root' ? 'root' : code(user);
  return `Runs as ${who}${workdir ? ` in ${code(workdir)}` : ''}`;
}

function tools({ hasShell, shellPath, hasPackageManager }: Base): string | undefined {
  if (hasShell === undefined) return undefined;
  const shell = hasShell ? 'A shell' : shellPath ? `No \`/bin/sh\`, but ${code(shellPath)}` : 'No shell';
  return hasPackageManager === undefined ? shell : `${shell}, ${hasPackageManager ? 'a' : 'no'} package manager`;
}

function ends(base: Base, day: string): string | undefined {
  const life = lifecycle(base, day);
  const better = base.replacements[0] ? `; ${code(base.replacements[0])} is there instead` : '';
  if (life.kind === 'ended') return `No updates since ${life.date}${better}`;
  return life.kind === 'ending' ? `Updates end on ${life.date}${better}` : undefined;
}

/** A code span that no backtick in the text can end. */
function code(text: string): string {
  return `\`\`${text.startsWith('`') ? ' ' : ''}${text.replace(/[\r\n]/g, ' ')}${text.endsWith('`') ? ' ' : ''}\`\``.replace(
    /^``([^`]*)``$/,
    '`$1`',
  );
}
