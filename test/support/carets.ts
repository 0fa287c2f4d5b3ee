/**
 * Dockerfiles with their findings marked: a comment line of carets names the rule that marks the words above it.
 *
 *     FROM gcr.io/distroless/static-debian13
 *     #    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ root-user
 *
 * The `#` counts as a caret where one follows it at once, so that a mark can begin in the first column.
 */
import assert from 'node:assert/strict';
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../server/dockerfile/text.ts';
import { findingsOf } from '../../server/rules/check.ts';
import { rules } from '../../server/rules/index.ts';
import type { ContextFile, Finding } from '../../server/rules/rule.ts';

/** The day that tests live on. */
export const TODAY = '2026-11-21';

interface Options {
  readonly crlf?: boolean;
  readonly today?: string;
  /** Files of the build context. Those that rules ask for and that are not here are known not to be there, if any is given. */
  readonly context?: Readonly<Record<string, string>>;
  /** Only this rule is asked. */
  readonly only?: string;
}

export function findings(text: string, { today = TODAY, context, only }: Options = {}): Finding[] {
  const asked = only ? rules.filter(({ id }) => id === only) : rules;
  const dockerfile = readDockerfile(text);
  const paths = context ? asked.flatMap((rule) => rule.needs?.(dockerfile) ?? []) : [];
  const files = new Map<string, ContextFile | null>(paths.map((path) => [path, null]));
  for (const [path, body] of Object.entries(context ?? {}))
    files.set(path, { text: body, executable: !body.includes('(not executable)') });
  return findingsOf(dockerfile, asked, { today, context: files });
}

/** Fails unless the findings are those that are marked: no other, at no other place. Returns them. */
export function checkFindings(marked: string, options: Options = {}): Finding[] {
  const { text, marks } = unmark(marked, options.crlf === true);
  const found = findings(text, options);
  const shown = found.map(({ rule, range: { start, end } }) => {
    assert.equal(start.line, end.line, `${rule} marks more than one line`);
    return `${start.line + 1}:${start.character}-${end.character} ${rule}`;
  });
  assert.deepEqual(shown.sort(), marks.sort(), text);
  return found;
}

/** Applies the first fix of the rule's first finding. */
export function fix(text: string, rule: string, options: Options = {}): string {
  const finding = findings(text, options).find((one) => one.rule === rule);
  assert.ok(finding, `${rule} finds nothing in:\n${text}`);
  const [first] = finding.fixes ?? [];
  assert.ok(first, `${rule} has no fix for:\n${text}`);
  return applyEdits(text, first.edits);
}

/** The same for one rule alone, so that its tests do not hear of the others. */
export function asking(only: string) {
  return {
    checkFindings: (marked: string, options: Options = {}) => checkFindings(marked, { ...options, only }),
    findings: (text: string, options: Options = {}) => findings(text, { ...options, only }),
    fix: (text: string, options: Options = {}) => fix(text, only, { ...options, only }),
  };
}

function unmark(marked: string, crlf: boolean) {
  const lines: string[] = [];
  const marks: string[] = [];
  for (const line of marked.replace(/^\n/, '').split('\n')) {
    const mark = /^#( *)(\^+) ([a-z-]+)$/.exec(line);
    if (!mark) {
      lines.push(line);
      continue;
    }
    const [, space = '', carets = '', rule] = mark;
    const from = space === '' ? 0 : 1 + space.length;
    marks.push(`${lines.length}:${from}-${1 + space.length + carets.length} ${rule}`);
  }
  return { text: lines.join(crlf ? '\r\n' : '\n'), marks };
}
