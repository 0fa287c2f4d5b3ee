/** What each rule finds in the Dockerfiles of a folder, as a table; and whether every fix keeps what fixes promise. */
import { createLook } from '../../server/cli/surroundings.ts';
import type { Dockerfile } from '../../server/dockerfile/dockerfile.ts';
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../server/dockerfile/text.ts';
import { type Circumstances, contextNeeds, findingsOf } from '../../server/rules/check.ts';
import { rules } from '../../server/rules/index.ts';
import type { Finding, Fix } from '../../server/rules/rule.ts';
import { circumstancesOf } from '../../server/workspace/circumstances.ts';

export interface CorpusFile {
  /** As it is shown. */
  readonly path: string;
  /** Where it stands. */
  readonly at: string;
  readonly text: string;
}

export interface FileFindings {
  readonly path: string;
  readonly findings: readonly Finding[];
  /** What a fix does not keep of its promises. */
  readonly broken: readonly string[];
}

/** What rules are told of a Dockerfile that stands where this one does. */
type Told = (dockerfile: Dockerfile) => Circumstances;

/** With the files around each, where they are there: read as the command line reads them. */
export async function findAll(files: readonly CorpusFile[], today: string): Promise<readonly FileFindings[]> {
  const look = createLook();
  const rows: FileFindings[] = [];
  for (const { path, at, text } of files) {
    const dockerfile = readDockerfile(text);
    // A project file that cannot be used ends the command line; here it is as if there were none.
    const surroundings = await look(at, dockerfile, (built, read) => contextNeeds(built, rules, read)).catch(
      () => undefined,
    );
    const told: Told = (it) => circumstancesOf(it, surroundings, { today });
    const findings = findingsOf(dockerfile, rules, told(dockerfile));
    const broken = findings.flatMap((finding) =>
      (finding.fixes ?? []).flatMap((fix) =>
        promises(dockerfile, findings, finding, fix, told).map((what) => `${place(finding)} “${fix.title}”: ${what}`),
      ),
    );
    const fixable = new Set(findings.filter(({ fixes }) => fixes?.length).map(({ rule }) => rule));
    for (const rule of fixable) if (!settles(text, rule, told)) broken.push(`${rule}: fixing all of them never ends`);
    rows.push({ path, findings, broken });
  }
  return rows;
}

/** The file parses as well as before, the finding is gone, and no error is there that was not. */
function promises(
  before: Dockerfile,
  findings: readonly Finding[],
  { rule, message }: Finding,
  { edits }: Fix,
  told: Told,
): readonly string[] {
  const after = readDockerfile(applyEdits(before.text, edits));
  const found = findingsOf(after, rules, told(after));
  const broken: string[] = [];
  if (after.text === before.text) broken.push('changes nothing');
  if (after.problems.length > before.problems.length) broken.push('the file cannot be read as well as before');
  // Another of the same rule may come to light: once a program is for Linux at all, for which processor it is.
  const same = (of: readonly Finding[]) => of.filter((it) => it.rule === rule && it.message === message).length;
  if (same(found) >= same(findings) || count(found, rule) > count(findings, rule))
    broken.push('the finding is still there');
  for (const one of new Set(errors(found).map((it) => it.rule))) {
    if (count(errors(found), one) > count(errors(findings), one)) broken.push(`a new error of ${one}`);
  }
  return broken;
}

/** Fixing one after the other comes to an end, at which there is nothing left to fix. */
function settles(text: string, rule: string, told: Told): boolean {
  const asked = rules.filter(({ id }) => id === rule);
  const fixes = (of: string) => {
    const dockerfile = readDockerfile(of);
    return findingsOf(dockerfile, asked, told(dockerfile)).flatMap((it) => it.fixes?.[0] ?? []);
  };
  let now = text;
  for (let left = fixes(text).length; left > 0; left--) {
    const [first] = fixes(now);
    if (!first) return true;
    now = applyEdits(now, first.edits);
  }
  return fixes(now).length === 0;
}

const errors = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity === 'error');
const count = (findings: readonly Finding[], rule: string) => findings.filter((it) => it.rule === rule).length;
const place = ({ rule, range }: Finding) => `${range.start.line + 1}: ${rule}`;

export function findingsTable(rows: readonly FileFindings[]): string {
  const lines = rules.map(({ id, group, severity }) => {
    const of = rows.flatMap(({ findings }) => findings.filter(({ rule }) => rule === id));
    const files = rows.filter(({ findings }) => findings.some(({ rule }) => rule === id)).length;
    const fixes = of.filter((it) => it.fixes?.length).length;
    return `${id.padEnd(24)} ${group.padEnd(17)} ${severity.padEnd(8)} ${cell(files)} ${cell(of.length)} ${cell(fixes)}`;
  });
  const broken = rows.flatMap((row) => row.broken.map((what) => `BROKEN ${row.path}:${what}`));
  const fixes = rows.flatMap(({ findings }) => findings.flatMap((it) => it.fixes ?? [])).length;
  return [
    `${'rule'.padEnd(24)} ${'group'.padEnd(17)} ${'severity'.padEnd(8)}  files findings fixable`,
    ...lines,
    ...broken,
    '',
    `${rows.length} files, ${rows.filter(({ findings }) => findings.length === 0).length} without a finding; ${fixes} fixes, ${broken.length} broken promises`,
  ].join('\n');
}

const cell = (value: number) => String(value).padStart(7);

/** Every finding of the files, as text. */
export function findingList(rows: readonly FileFindings[]): string {
  return rows
    .flatMap(({ path, findings }) =>
      findings.map(
        ({ rule, severity, range: { start }, message }) =>
          `${path}:${start.line + 1}:${start.character + 1}: ${severity} ${rule}: ${message}`,
      ),
    )
    .join('\n');
}
