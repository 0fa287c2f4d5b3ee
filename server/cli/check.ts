/** `distroless check`: what is wrong with the Dockerfiles. */
import manifest from '../../package.json' with { type: 'json' };
import { readDockerfile } from '../dockerfile/read-dockerfile.ts';
import { contextNeeds, findingsOf } from '../rules/check.ts';
import { rules } from '../rules/index.ts';
import type { Finding, Severity } from '../rules/rule.ts';
import { today } from '../today.ts';
import { circumstancesOf } from '../workspace/circumstances.ts';
import type { Options } from './arguments.ts';
import { dockerfilesAt } from './dockerfiles.ts';
import { type Output, UsageError } from './output.ts';
import { sarifOf } from './sarif.ts';
import { createLook } from './surroundings.ts';

const ORDER: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

export async function check(
  paths: readonly string[],
  options: Options,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const failOn = options['fail-on'];
  if (failOn !== 'never' && !ORDER.includes(failOn as Severity)) {
    throw new UsageError(`--fail-on takes error, warning, info, hint or never, not “${failOn}”.`);
  }
  const fails = ({ severity }: Finding) =>
    failOn !== 'never' && ORDER.indexOf(severity) <= ORDER.indexOf(failOn as Severity);
  const look = createLook();
  const files: { path: string; findings: Finding[] }[] = [];
  for await (const { path, text } of dockerfilesAt(paths.length > 0 ? paths : ['.'], signal)) {
    const dockerfile = readDockerfile(text);
    // Standard input has no folder: the project file of the current one counts, and no build context.
    const surroundings = await look(
      path,
      dockerfile,
      path === '-' ? [] : (built, read) => contextNeeds(built, rules, read),
    );
    const findings = findingsOf(dockerfile, rules, circumstancesOf(dockerfile, surroundings, { today: today() }));
    files.push({ path, findings });
  }
  if (options.format === 'sarif') {
    output.line(JSON.stringify(sarifOf(files, rules, manifest.version), null, 2));
  } else if (options.format === 'json') {
    output.line(
      JSON.stringify(
        { schema: 1, files: files.map(({ path, findings }) => ({ path, findings: findings.map(asJson) })) },
        null,
        2,
      ),
    );
  } else {
    for (const { path, findings } of files) for (const finding of findings) output.line(asText(path, finding));
    output.line(summary(files));
  }
  return files.some(({ findings }) => findings.some(fails)) ? 1 : 0;
}

function asJson({ rule, severity, message, range, fixes }: Finding) {
  return { rule, severity, message, range, fixes: (fixes ?? []).map(({ title }) => title) };
}

function asText(path: string, { rule, severity, message, range }: Finding): string {
  return `${path}:${range.start.line + 1}:${range.start.character + 1}: ${severity}: ${message} (${rule})`;
}

function summary(files: readonly { findings: readonly Finding[] }[]): string {
  const count = files.reduce((sum, { findings }) => sum + findings.length, 0);
  const among = files.length === 1 ? '1 Dockerfile' : `${files.length} Dockerfiles`;
  if (files.length === 0) return 'No Dockerfile found.';
  return count === 0 ? `Nothing found in ${among}.` : `${count === 1 ? '1 finding' : `${count} findings`} in ${among}.`;
}
