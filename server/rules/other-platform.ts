/** The program is made for another platform than the image that it is copied to. */
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { flag, rootStage } from '../dockerfile/queries.ts';
import { commandsIn } from '../dockerfile/run-scripts.ts';
import type { Range, TextEdit } from '../dockerfile/text.ts';
import { variablesUsed } from '../dockerfile/variables-used.ts';
import { argsOf, type Build, buildsOf, optionOf, takenOf } from './builds.ts';
import { insertBefore, keywordLike, replace } from './edits.ts';
import { ofStage } from './linkage.ts';
import type { Check, Fix, Rule, Trouble } from './rule.ts';
import { chainBelow, type Shipment, shipments } from './shipped.ts';
import { type Programs, startedBuilds, startedPrograms } from './started.ts';
import { programName } from './starts.ts';

export const otherPlatform: Rule = {
  id: 'other-platform',
  group: 'cannot start',
  severity: 'warning',
  why: 'An image for one kind of processor or system with a program for another ends with “exec format error”. `--platform=$BUILDPLATFORM` is for stages that compile for `$TARGETARCH`, and for no others.',
  example: {
    before:
      'FROM --platform=$BUILDPLATFORM golang:1.27-trixie AS build\nWORKDIR /src\nCOPY . .\nENV CGO_ENABLED=0\nRUN go build -o /out/app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
    after:
      'FROM --platform=$BUILDPLATFORM golang:1.27-trixie AS build\nWORKDIR /src\nCOPY . .\nENV CGO_ENABLED=0\nARG TARGETOS TARGETARCH\nRUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /out/app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
  },
  *check(check) {
    const { dockerfile } = check;
    const said = new Set<Stage>();
    const byRoot = new Map(shipments(check).map((shipment) => [shipment.root, shipment]));
    for (const index of check.shipped) {
      const stage = dockerfile.stages[index];
      const root = stage && rootStage(dockerfile, stage);
      if (!root || said.has(root)) continue;
      said.add(root);
      const trouble = shipsBuilder(check, root, byRoot.get(root)?.taken);
      if (trouble) yield trouble;
    }
    const started = startedPrograms(check);
    for (const shipment of shipments(check)) {
      const wanted = platformOf(shipment.root);
      if (wanted.kind !== 'unknown') yield* forOtherSystem(check, shipment, started);
      for (const [index, paths] of shipment.taken) {
        const stage = dockerfile.stages[index];
        if (!stage) continue;
        for (const build of buildsOf(check, stage)) {
          const trouble = takenOf(check, build, paths) ? contradiction(check, build, wanted) : undefined;
          if (trouble) yield trouble;
        }
      }
    }
  },
};

/** An architecture as Docker names it, that of the machine that builds, or that of what is asked for. */
type Platform = { readonly kind: 'fixed'; readonly arch: string } | { readonly kind: 'build' | 'target' | 'unknown' };

function platformOf({ builtFor, parent, platform }: Stage): Platform {
  // It is not heeded there, and tells all the same what is asked for.
  if (parent.kind === 'scratch' && /^windows/i.test(platform ?? '')) return { kind: 'unknown' };
  if (builtFor.kind !== 'fixed') return { kind: builtFor.kind };
  return builtFor.os === 'linux' ? { kind: 'fixed', arch: builtFor.architecture } : { kind: 'unknown' };
}

function shipsBuilder(check: Check, root: Stage, taken: Shipment['taken'] = new Map()): Trouble | undefined {
  const written = flag(root.from, 'platform');
  if (platformOf(root).kind !== 'build' || !written) return undefined;
  const more = builtNatively(check, taken);
  return {
    message: `What ships is built on this stage, so the image is one for “${written.value}”, whatever the build asks for. Leave out --platform here.`,
    range: written.range,
    fixes: [
      {
        title: more.length > 0 ? 'Leave out --platform, and compile for what is asked for' : 'Leave out --platform',
        edits: [...withoutPlatform(check.dockerfile, root), ...more],
      },
    ],
  };
}

/** What else has to change, once the image is for what is asked for: the builds that would be told then. */
function builtNatively(check: Check, taken: Shipment['taken']): readonly TextEdit[] {
  const { dockerfile } = check;
  const edits = new Map<object, readonly TextEdit[]>();
  for (const [index, paths] of taken) {
    const stage = dockerfile.stages[index];
    for (const build of stage ? buildsOf(check, stage) : []) {
      if (!takenOf(check, build, paths) || madeFor(dockerfile, build).kind !== 'build') continue;
      const own = rootStage(dockerfile, build.stage);
      if (build.tool === 'go') edits.set(build.instruction, forTarget(dockerfile, build)[0]?.edits ?? []);
      else edits.set(own, withoutPlatform(dockerfile, own));
    }
  }
  return [...edits.values()].flat();
}

function withoutPlatform({ text, lines }: Dockerfile, { from }: Stage): readonly TextEdit[] {
  const written = flag(from, 'platform');
  if (!written) return [];
  const { start, end } = written.range;
  let after = lines.offset(end);
  while (text[after] === ' ' || text[after] === '\t') after++;
  return [replace({ start, end: lines.at(after) }, '')];
}

/** What Linux cannot start, in the one program that it is to start: beside that, an image may well offer programs for other systems. */
function* forOtherSystem(check: Check, shipment: Shipment, started: Programs): Iterable<Trouble> {
  const { base } = shipment;
  if (base.os === undefined && base.family !== 'scratch') return;
  for (const { build, program } of startedBuilds(check, shipment, started)) {
    const system = build.tool === 'go' ? build.variable('GOOS') : undefined;
    const name = system === 'darwin' ? 'macOS' : system === 'windows' ? 'Windows' : undefined;
    // Images for Windows can be made from scratch as well.
    if (system === undefined || !name || (base.family === 'scratch' && program.endsWith('.exe'))) continue;
    const isDefault = argsOf(build.stage).has('GOOS') && !build.command.env.some((it) => it.startsWith('GOOS='));
    yield {
      message: `The program is compiled for ${name}${isDefault ? ' unless the build gives another GOOS' : ''}, and the image that starts it is one for Linux. Compile it with GOOS=linux.`,
      range: rangeOf(build),
      severity: isDefault ? 'warning' : 'error',
      fixes: isDefault ? [] : forLinux(build),
    };
  }
}

function forLinux({ command }: Build): readonly Fix[] {
  if (!command.settable) return [];
  const [program] = command.words;
  const { start } = program.range();
  const set = command.assignments.findLast(({ value }) => value.startsWith('GOOS='));
  const edit = set
    ? replace(set.range(), set.text.replace(set.value.slice('GOOS='.length), 'linux'))
    : replace({ start, end: start }, 'GOOS=linux ');
  return [{ title: 'Compile it for Linux', edits: [edit] }];
}

function rangeOf({ command, tool }: Build): Range {
  const [program, verb] = command.words;
  const first = program.range();
  const last = tool === 'go' && verb ? verb.range() : first;
  return first.start.line === last.end.line ? { start: first.start, end: last.end } : first;
}

function contradiction(check: Check, build: Build, wanted: Platform): Trouble | undefined {
  if (choosesPlatform(check.dockerfile, build)) return undefined;
  const made = madeFor(check.dockerfile, build);
  const range = rangeOf(build);
  if (made.kind === 'build' && wanted.kind === 'target') {
    const isGo = build.tool === 'go';
    return {
      message: `This stage runs on the machine that builds, and nothing says for which it compiles, so an image for another platform gets a program that does not start there. ${isGo ? 'Set GOOS and GOARCH from TARGETOS and TARGETARCH.' : 'Compile for TARGETARCH, or leave out --platform.'}`,
      range,
      fixes: isGo ? forTarget(check.dockerfile, build) : [],
    };
  }
  if (made.kind !== 'fixed') return undefined;
  if (wanted.kind === 'fixed' && wanted.arch !== made.arch) {
    return {
      message: `The program is compiled for ${made.arch}, and the image that it is copied to is one for ${wanted.arch}. Name the same for both.`,
      range,
      severity: 'error',
    };
  }
  if (wanted.kind !== 'target') return undefined;
  return {
    message: `The program is always compiled for ${made.arch}, and the image is for whatever machine it is built for or on. Compile for TARGETARCH.`,
    range,
    severity: 'info',
  };
}

/** The RUN asks for which platform it compiles, as `case "$TARGETARCH" in` and `$(uname -m)` do. */
function choosesPlatform({ escape: token }: Dockerfile, { instruction }: Build): boolean {
  const known = choosing.get(instruction);
  if (known !== undefined) return known;
  const names = [...variablesUsed(instruction, token)];
  const made = names.some((name) => ASKED.test(name)) || commandsIn(instruction).some(asksMachine);
  choosing.set(instruction, made);
  return made;
}

/** Looked for once, however many programs the RUN builds. */
const choosing = new WeakMap<Instruction, boolean>();

const ASKED = /^(TARGET|BUILD)(ARCH|PLATFORM|VARIANT)$/;

const asksMachine = ([program = '', ...given]: readonly string[]) =>
  /^(uname|arch)$/.test(programName(program)) || given.some((word) => /^--print-arch(itecture)?$/.test(word));

function madeFor(dockerfile: Dockerfile, { tool, stage, given, variable }: Build): Platform {
  if (chainBelow(dockerfile, stage).some(usesXx)) return { kind: 'unknown' };
  const own = platformOf(rootStage(dockerfile, stage));
  if (tool === 'go') {
    const os = variable('GOOS');
    if (os !== undefined && os !== 'linux' && !os.startsWith('$')) return { kind: 'unknown' };
    const arch = variable('GOARCH');
    if (arch === undefined) return own;
    return /^[a-z0-9]+$/.test(arch) ? fixed(arch, own) : { kind: 'unknown' };
  }
  if (tool === 'cargo') {
    const target = optionOf(given, '--target') ?? variable('CARGO_BUILD_TARGET');
    if (target === undefined) return own;
    const arch = /^(x86_64|aarch64)-\w+-linux-/.exec(target)?.[1];
    return arch ? fixed(arch === 'x86_64' ? 'amd64' : 'arm64', own) : { kind: 'unknown' };
  }
  return given.some((word) => word.includes('$') || /^--?target/.test(word)) ? { kind: 'unknown' } : own;
}

/** `xx-go --wrap` and its kind have compilers ask for the platform themselves: tonistiigi/xx@README.md. */
const usesXx = ofStage(({ name }) => name.startsWith('xx-'));

/** A stage on a fixed platform that compiles for it says nothing new. */
const fixed = (arch: string, own: Platform): Platform =>
  own.kind === 'fixed' && own.arch === arch ? own : { kind: 'fixed', arch };

function forTarget(dockerfile: Dockerfile, { stage, instruction, command, variable }: Build): readonly Fix[] {
  if (!command.settable || variable('GOARCH') !== undefined) return [];
  const names = variable('GOOS') === undefined ? ['TARGETOS', 'TARGETARCH'] : ['TARGETARCH'];
  const args = argsOf(stage);
  const missing = names.filter((name) => !args.get(name)?.some(({ index }) => index < instruction.index));
  const { start } = command.words[0].range();
  const prefix = names.map((name) => `${name === 'TARGETOS' ? 'GOOS' : 'GOARCH'}=$${name} `).join('');
  const edits: TextEdit[] = [replace({ start, end: start }, prefix)];
  if (missing.length > 0) {
    edits.unshift(
      insertBefore(dockerfile, instruction, `${keywordLike(dockerfile, stage, 'ARG')} ${missing.join(' ')}`),
    );
  }
  return [{ title: 'Compile for the platform that is asked for', edits }];
}
