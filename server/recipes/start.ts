/** How the container is started: ENTRYPOINT and CMD as the words that are run, and as they are written back. */

import { leadingAssignments, needsShell } from '../dockerfile/shell-parts.ts';
import { asExec } from '../dockerfile/shell-words.ts';
import type { TextEdit } from '../dockerfile/text.ts';
import { execForm } from '../dockerfile/writing.ts';
import { type Draft, decline, note } from './draft.ts';
import { type Dissolved, dissolve, readScript as readEntryScript } from './entry-script.ts';
import { unwrapInit } from './init.ts';
import { keyword } from './layout.ts';
import { leadingCd, shellText } from './leading-cd.ts';
import { lastStep, type Step } from './subject.ts';

export interface Start {
  readonly entrypoint: StartLine | undefined;
  readonly cmd: StartLine | undefined;
}

export interface StartLine {
  readonly step: Step;
  readonly words: readonly string[];
}

/** How a language takes what a shell is given, where that is more than plain words: what the shell would run. Undefined: it cannot. */
export type ReadScript = (text: string, step: Step) => readonly string[] | undefined;

/** Undefined when it cannot be told; the draft then holds the reason. */
export function readStart(draft: Draft, readScript?: ReadScript): Start | undefined {
  const { subject, fates } = draft;
  const steps = { entrypoint: lastStep(subject, 'ENTRYPOINT'), cmd: lastStep(subject, 'CMD') };
  for (const step of subject.steps) {
    const { keyword: word } = step.instruction;
    if (word !== 'ENTRYPOINT' && word !== 'CMD') continue;
    const holds = step === steps.entrypoint || step === steps.cmd;
    fates[step.index] = holds ? 'final' : 'gone';
    if (!holds)
      note(draft, 'change', step.line, `This ${word} is left out: the last one in the file is the one that counts.`);
  }
  let { entrypoint, cmd } = steps;
  if (entrypoint && cmd && entrypoint.instruction.command?.kind === 'shell') {
    fates[cmd.index] = 'gone';
    note(
      draft,
      'change',
      cmd.line,
      'CMD is left out: it never counted, because an ENTRYPOINT in shell form takes no arguments.',
    );
    cmd = undefined;
  }
  if (entrypoint && cmd?.instruction.command?.kind === 'shell') {
    decline(
      draft,
      cmd.line,
      'CMD in shell form gives ENTRYPOINT the arguments “/bin/sh -c …”. Write CMD in exec form, as a JSON array.',
    );
    return undefined;
  }
  const read = (step: Step | undefined) => (step ? readLine(draft, step, readScript) : undefined);
  const lines = { entrypoint: read(entrypoint), cmd: read(cmd) };
  if ((entrypoint && !lines.entrypoint) || (cmd && !lines.cmd)) return undefined;
  if (!lines.entrypoint?.words.length && !lines.cmd?.words.length) {
    const { line } = (entrypoint ?? cmd)?.instruction.range.start ?? subject.stage.from.range.start;
    decline(draft, line, 'Nothing here says what the container runs. Add a CMD or an ENTRYPOINT.');
    return undefined;
  }
  return withoutScript(draft, lines);
}

/** A script that the container starts with is taken away where lines of the Dockerfile do the same. Undefined: declined. */
function withoutScript(draft: Draft, start: Start): Start | undefined {
  const { subject } = draft;
  const words = [...(start.entrypoint?.words ?? []), ...(start.cmd?.words ?? [])];
  const at = unwrapInit(words);
  const shell = /^(\/bin\/)?(ba|da|a)?sh$/.test(words[at] ?? '') && !words[at + 1]?.startsWith('-') ? 1 : 0;
  const script = words[at + shell] === undefined ? undefined : readEntryScript(subject, words[at + shell]!);
  if (!script) return start;
  const entry = start.entrypoint?.words ?? [];
  const holder = entry.length > at + shell ? start.entrypoint! : start.cmd!;
  const found = dissolve(script.text, subject.cwd);
  if (found.kind === 'shell') {
    decline(
      draft,
      holder.step.line,
      `${script.path} has to be run by a shell, and a distroless image has none: its line ${found.line + 1} is “${found.text.slice(0, 60)}”. Do that in the build, or in the program, and start the program itself.`,
    );
    return undefined;
  }
  if (found.set.length > 0) draft.settings.push(`${keyword(subject, 'ENV')} ${found.set.join(' ')}`);
  const what = [
    ...(found.set.length > 0 ? [`what it sets is set with ENV (${found.set.join(' ')})`] : []),
    ...(found.prints ? ['what it prints is not printed'] : []),
  ];
  note(
    draft,
    'change',
    holder.step.line,
    `${script.path} is written out here, because there is no shell to run it${what.length > 0 ? `: ${what.join(', and ')}` : ''}. If it changes, change this too.`,
  );
  draft.scripts.add(script.path);
  return replaced(draft, start, { holder, at, count: shell + 1 }, found);
}

function replaced(
  draft: Draft,
  { entrypoint, cmd }: Start,
  { holder, at, count }: { readonly holder: StartLine; readonly at: number; readonly count: number },
  { words, takesArguments }: Extract<Dissolved, { kind: 'plain' }>,
): Start {
  const isEntrypoint = holder === entrypoint;
  const own = isEntrypoint ? at : Math.max(0, at - (entrypoint?.words.length ?? 0));
  const after = takesArguments ? holder.words.slice(own + count) : [];
  const fresh = { step: holder.step, words: [...holder.words.slice(0, own), ...words, ...after] };
  if (fresh.words.length > 0) writeWords(draft, holder, fresh.words);
  else draft.fates[holder.step.index] = 'gone';
  if (!isEntrypoint) return { entrypoint, cmd: fresh };
  if (cmd && !takesArguments) {
    draft.fates[cmd.step.index] = 'gone';
    note(draft, 'change', cmd.step.line, 'CMD is left out: the script that ENTRYPOINT started did not take it.');
  }
  return { entrypoint: fresh.words.length > 0 ? fresh : undefined, cmd: takesArguments ? cmd : undefined };
}

/** The reason for a path that hangs on a folder which is not known, unless the line that is to blame has been named. */
export function folderUnknown(draft: Draft, line: number): void {
  if (draft.reasons.length > 0) return;
  decline(draft, line, 'Which folder the program is started in cannot be told. Write its path in full.');
}

function readLine(draft: Draft, step: Step, readScript: ReadScript | undefined): StartLine | undefined {
  const command = step.instruction.command;
  if (!command) return { step, words: [] };
  const changes = draft.subject.changes?.step === step;
  const text = changes ? leadingCd(command)?.rest : shellText(command);
  const words = text === undefined ? asExec(command) : (asExec({ kind: 'shell', text }) ?? readScript?.(text, step));
  /** Given to a shell in exec form, it is written without that shell. */
  const started = (words: readonly string[]): StartLine => {
    if (command.kind === 'exec' && text !== undefined) {
      writeWords(draft, { step, words }, words);
      const message = `${step.instruction.keyword} names the program itself: there is no shell that could start it.`;
      note(draft, 'change', step.line, message);
    }
    return { step, words };
  };
  if (words) return started(words);
  const plain = text === undefined ? undefined : leadingAssignments(text);
  const rest = plain && asExec({ kind: 'shell', text: plain.rest });
  if (!plain || !rest || plain.set.length === 0) {
    decline(
      draft,
      step.line,
      `${step.instruction.keyword} needs a shell, and a distroless image has none: ${needs(text ?? '')}`,
    );
    return undefined;
  }
  draft.settings.push(`${keyword(draft.subject, 'ENV')} ${plain.set.join(' ')}`);
  note(draft, 'change', step.line, `${plain.set.join(' ')} is set with ENV, because there is no shell to set it.`);
  return started(rest);
}

/** Names what keeps a command from being a plain list of words, and what to do about it. */
function needs(text: string): string {
  switch (needsShell(text)) {
    case 'commands':
      return 'it joins several commands. Start the program alone, and do the rest in the build or in the program.';
    case 'variables':
      return 'variables are filled in by one. Let the program read its environment, or write the value out.';
    case 'patterns':
      return 'patterns are filled in by one. Write the name of the file out.';
    case 'redirections':
      return 'it redirects input or output. Let the program do that, or read the container’s log.';
    default:
      return 'it is more than plain words. Start the program alone, in exec form.';
  }
}

/** Writes the words that a line is to run; where some are only left out at the front, nothing else of the line changes. */
export function writeWords(
  draft: Draft,
  { step }: StartLine,
  words: readonly string[],
  as = step.instruction.keyword,
): void {
  const { command, keyword: written, keywordRange } = step.instruction;
  if (!command) return;
  // What is written later counts.
  const isHere = ({ range }: TextEdit) => range.start.line >= step.line && range.end.line <= step.bottom;
  for (const edit of draft.edits.filter(isHere)) draft.edits.splice(draft.edits.indexOf(edit), 1);
  if (as !== written) draft.edits.push({ range: keywordRange, newText: keyword(draft.subject, as) });
  if (command.kind === 'exec') {
    const dropped = command.words.length - words.length;
    const same = words.every((word, i) => command.words[i + dropped]?.value === word);
    const first = command.words[0];
    const next = command.words[dropped];
    if (same && dropped === 0) return;
    if (same && first && next) {
      draft.edits.push({ range: { start: first.range.start, end: next.range.start }, newText: '' });
      return;
    }
  }
  draft.edits.push({ range: command.range, newText: execForm(words) });
}
