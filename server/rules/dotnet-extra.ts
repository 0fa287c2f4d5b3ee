/** A distroless .NET image without “-extra” has neither ICU nor time zones. */
import type { Base } from '../bases/base.ts';
import { assignments } from '../dockerfile/assignments.ts';
import type { Dockerfile, Stage, Word } from '../dockerfile/dockerfile.ts';
import { environment } from '../dockerfile/environment.ts';
import { flag, rootStage } from '../dockerfile/queries.ts';
import { chainOf, copiesOf, mayBring } from './copies.ts';
import { replace } from './edits.ts';
import { namedBase } from './retired-base.ts';
import type { Check, Fix, Rule, Trouble } from './rule.ts';

const INVARIANT = 'DOTNET_SYSTEM_GLOBALIZATION_INVARIANT';

export const dotnetExtra: Rule = {
  id: 'dotnet-extra',
  group: 'cannot find',
  severity: 'error',
  why: 'Chiselled and distroless .NET images leave out ICU and the time zones, and switch globalization off. A program that switches it on again stops when it starts, SqlClient refuses to connect, and every time is UTC; the tags with `-extra` have both.',
  example: {
    before:
      'FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build\nCOPY . .\nRUN dotnet publish -o /app\n\nFROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false\nCOPY --from=build /app /app\nENTRYPOINT ["dotnet", "/app/web.dll"]\n',
    after:
      'FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build\nCOPY . .\nRUN dotnet publish -o /app\n\nFROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false\nCOPY --from=build /app /app\nENTRYPOINT ["dotnet", "/app/web.dll"]\n',
  },
  needs: projects,
  *check(check) {
    const seen = new Set<Stage>();
    for (const target of check.targets) {
      const stage = check.dockerfile.stages[target];
      const base = stage && check.base(stage);
      if (!base || !isWithoutExtra(base)) continue;
      const root = rootStage(check.dockerfile, stage);
      if (seen.has(root) || bringsIcu(check, stage)) continue;
      seen.add(root);
      const found = withoutIcu(check, stage, base, root) ?? withoutZones(check, stage, base);
      if (found) yield { ...found, fixes: withExtra(base, root) };
    }
  },
};

const isWithoutExtra = ({ name, family, distroless, tag = '' }: Base) =>
  name.startsWith('mcr.microsoft.com/dotnet/') &&
  distroless &&
  (family === 'chiselled' || family === 'azurelinux') &&
  !/-extra\b/.test(tag);

/** By its name, or in a tree that is copied over the image’s own, such as one that chisel cut. */
const bringsIcu = (check: Check, stage: Stage) =>
  copiesOf(check, stage).some(
    (copy) =>
      copy.sources.some((path) => path === undefined || /icu/i.test(path)) || mayBring(copy, '/usr/lib/libicuuc.so'),
  );

function withoutIcu(check: Check, stage: Stage, base: Base, root: Stage): Trouble | undefined {
  const env = environment(check.dockerfile, stage);
  if (env.has(INVARIANT)) {
    const word = /^(false|0)$/i.test(env.get(INVARIANT) ?? '')
      ? settingOf(check.dockerfile, stage, INVARIANT)
      : undefined;
    if (!word) return undefined;
    return {
      message: `“${base.reference}” has no ICU, and with this setting .NET stops when it starts without it. Use the tag with “-extra”, or leave the setting out.`,
      range: word.range,
    };
  }
  const texts = projects(check.dockerfile).map((path) => check.context.get(path)?.text ?? '');
  if (texts.some((text) => /AppLocalIcu/i.test(text))) return undefined;
  const range = (root.image ?? root.from).range;
  if (texts.some((text) => /<InvariantGlobalization>\s*false\s*</i.test(text))) {
    return {
      message: `The project switches globalization on, and “${base.reference}” has no ICU for it, so .NET stops when it starts. Use the tag with “-extra”.`,
      range,
      severity: 'warning',
    };
  }
  const client = texts.map((text) => SQL.exec(text)?.[1]).find((name) => name !== undefined);
  return client
    ? {
        message: `The project uses ${client}, which does not connect without globalization, and “${base.reference}” has no ICU. Use the tag with “-extra”.`,
        range,
        severity: 'warning',
      }
    : undefined;
}

/** dotnet/SqlClient#220: “Globalization Invariant Mode is not supported”. */
const SQL = /Include="(Microsoft\.Data\.SqlClient|System\.Data\.SqlClient|Microsoft\.EntityFrameworkCore\.SqlServer)"/;

function withoutZones(check: Check, stage: Stage, base: Base): Trouble | undefined {
  const zone = environment(check.dockerfile, stage).get('TZ');
  const word = zone && !/^(:?(Etc\/)?(UTC|GMT))$/i.test(zone) ? settingOf(check.dockerfile, stage, 'TZ') : undefined;
  if (!word || copiesOf(check, stage).some((copy) => mayBring(copy, '/usr/share/zoneinfo'))) return undefined;
  return {
    message: `“${base.reference}” has no time zones, so “${zone}” is not found and every time is UTC. Use the tag with “-extra”.`,
    range: word.range,
    severity: 'warning',
  };
}

/** The word that sets the variable last. */
function settingOf(dockerfile: Dockerfile, stage: Stage, name: string): Word | undefined {
  let word: Word | undefined;
  for (const { instructions } of chainOf(dockerfile, stage)) {
    for (const instruction of instructions) {
      if (instruction.keyword !== 'ENV') continue;
      for (const assignment of assignments(instruction)) if (assignment.name === name) word = assignment.word;
    }
  }
  return word;
}

/** The project files that the Dockerfile copies by name. */
function projects({ instructions }: Dockerfile): string[] {
  const paths = instructions
    .filter((it) => (it.keyword === 'COPY' || it.keyword === 'ADD') && !flag(it, 'from'))
    .flatMap(({ args }) => args.slice(0, -1).map(({ value }) => value.replace(/^(\.?\/)+/, '')))
    .filter((path) => /\.(cs|fs|vb)proj$/.test(path) && !/[*?[$]/.test(path));
  return [...new Set(paths)].slice(0, 20);
}

/** All such tags have a twin with `-extra`: dotnet/dotnet-docker@documentation/image-variants.md. */
function withExtra({ tag = '', digest }: Base, root: Stage): readonly Fix[] {
  if (!root.image || digest || !namedBase(root) || !/-(chiseled|composite|distroless)$/.test(tag)) return [];
  return [{ title: `Use the tag “${tag}-extra”`, edits: [replace(root.image.range, `${root.image.text}-extra`)] }];
}
