/** The ports on which a program of .NET listens: by its settings, or those of its image. */
import { assignments } from '../dockerfile/assignments.ts';
import { warnOfLowPorts } from './carry.ts';
import { imageOfStage } from './dotnet-base.ts';
import { listensOn } from './dotnet-image.ts';
import type { DotnetProgram } from './dotnet-program.ts';
import { type Draft, note } from './draft.ts';
import { keyword } from './layout.ts';

/** Which port it listens on is the same as before; without root, those below 1024 are not open everywhere. */
export function settlePorts(draft: Draft, { version }: DotnetProgram, asRoot: boolean): void {
  const { subject, base } = draft;
  warnOfLowPorts(draft, asRoot);
  const listens = subject.steps.filter(
    ({ instruction }) =>
      instruction.keyword === 'ENV' &&
      assignments(instruction).some(({ name }) => /^ASPNETCORE_(URLS|HTTPS?_PORTS)$/.test(name)),
  );
  const release = base?.runtime?.version ?? version ?? '8';
  if (listens.length === 0 && listensOn(release) === 80 && base?.name.endsWith('/aspnet')) {
    const { line } = imageOfStage(subject);
    draft.settings.push(`${keyword(subject, 'ENV')} ASPNETCORE_URLS=http://+:80`);
    note(
      draft,
      'change',
      line,
      'ASPNETCORE_URLS is set, because the image before listened on port 80, and this one on 8080.',
    );
    if (!asRoot) lowPort(draft, line, 'ASPNETCORE_URLS', '80');
  }
  for (const { instruction, line } of asRoot ? [] : listens) {
    for (const { name, value } of assignments(instruction)) {
      const low = [...(value ?? '').matchAll(/(?:^|[:;])(\d+)(?=[;/"']|$)/g)]
        .map(([, port]) => port!)
        .filter((port) => Number(port) < 1024);
      if (/^ASPNETCORE_(URLS|HTTPS?_PORTS)$/.test(name) && low.length > 0)
        lowPort(draft, line, name, low.join(' and '));
    }
  }
}

function lowPort(draft: Draft, line: number, name: string, port: string): void {
  note(
    draft,
    'risk',
    line,
    `${name} has the program listen on port ${port}, below 1024: without root it can be opened on Docker 20.10 and newer, but not on every cluster. A port from 1024 on works everywhere.`,
  );
}
