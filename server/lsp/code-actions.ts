/** Quick fixes, which the findings carry, one at a time or all of a kind; the comments and entries that silence them; and the conversion. */
import {
  type ClientCapabilities,
  type CodeAction,
  CodeActionKind,
  type Connection,
  type Diagnostic,
  type Range as LspRange,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { Range, TextEdit } from '../dockerfile/text.ts';
import { convertCommand } from '../protocol.ts';
import { assumes, fixAll } from '../rules/fix-all.ts';
import type { Finding, Fix } from '../rules/rule.ts';
import { ignoreEdit } from '../rules/suppress.ts';
import type { Converted, ConvertedStage, Converter } from './conversion.ts';
import type { OpenDocument, OpenDocuments } from './documents.ts';
import type { Judge } from './findings.ts';
import { ignoreInProject } from './ignore-in-project.ts';
import type { SettingsReader } from './settings.ts';

const CONVERT = `${CodeActionKind.RefactorRewrite}.distroless`;
const FIX_ALL = `${CodeActionKind.SourceFixAll}.distroless`;

export const CODE_ACTION_KINDS = [CodeActionKind.QuickFix, CONVERT, FIX_ALL];

/** What is asked about at once: nobody reads a longer list. */
const MOST_HERE = 100;
/** As many are fixed in one go; with more the lightbulb would take seconds. */
const MOST_OF_KIND = 1_000;

export function offerCodeActions(
  connection: Connection,
  documents: OpenDocuments,
  settings: SettingsReader,
  judge: Judge,
  converter: Converter,
  client: { capabilities(): ClientCapabilities; previews(): boolean },
): void {
  connection.onCodeAction(async ({ textDocument: { uri }, range, context: { only, diagnostics } }) => {
    const document = documents.get(uri);
    if (!document) return [];
    const wanted = (kind: string) => !only || only.some((one) => kind === one || kind.startsWith(`${one}.`));
    const all = await judge.findings(document);
    const here = all.filter((finding) => touches(finding.range, range)).slice(0, MOST_HERE);
    const actions: CodeAction[] = [];
    if (wanted(CodeActionKind.QuickFix)) {
      const { rules: set } = await settings.get(uri);
      const kinds = new Set(here.map(({ rule }) => rule));
      actions.push(...here.flatMap((finding) => fixes(document, finding, shownFor(finding, diagnostics))));
      for (const rule of kinds) {
        const shown = here.filter((one) => one.rule === rule).flatMap((one) => shownFor(one, diagnostics));
        actions.push(...(await fixesOfKind(document, judge, all, rule, [...new Set(shown)])));
      }
      actions.push(...(await conversions(document, converter, here, diagnostics, client.previews())));
      const around = here.length > 0 ? await judge.read(document, []) : undefined;
      for (const finding of here.filter(({ rule }, i) => here.findIndex((one) => one.rule === rule) === i)) {
        const shown = shownFor(finding, diagnostics);
        const edit = ignoreEdit(document.dockerfile, finding.rule, finding.range.start);
        if (edit) actions.push(silencing(`Ignore “${finding.rule}” here`, shown, editOf(document, [edit])));
        // What the user's settings say would be said again at once.
        const inProject = Object.hasOwn(set, finding.rule)
          ? undefined
          : ignoreInProject(finding.rule, judge.folderOf(uri), around, client.capabilities());
        if (inProject) actions.push(silencing(`Ignore “${finding.rule}” in this project`, shown, inProject));
      }
    }
    // Made when it is asked for by name: nobody looks at it in the lightbulb.
    if (only && wanted(FIX_ALL)) {
      const edit = await fixedAll(document, judge, all, ({ safe }) => safe === true);
      if (edit) actions.push({ title: 'Fix all that is safe to fix', kind: FIX_ALL, edit: editOf(document, [edit]) });
    }
    if (wanted(CONVERT))
      actions.push(
        ...(await refactorings(document, converter, range.start.line, only !== undefined, client.previews())),
      );
    return actions;
  });
}

function fixes(document: OpenDocument, finding: Finding, shown: Diagnostic[]): CodeAction[] {
  return (finding.fixes ?? []).map((fix, order) => ({
    title: fix.title,
    kind: CodeActionKind.QuickFix,
    diagnostics: shown,
    isPreferred: order === 0,
    edit: editOf(document, fix.edits),
  }));
}

/** Where there are several of a kind, by first fixes that assume nothing. */
async function fixesOfKind(
  document: OpenDocument,
  judge: Judge,
  all: readonly Finding[],
  rule: string,
  shown: Diagnostic[],
): Promise<CodeAction[]> {
  const ofKind = all.filter((finding) => finding.rule === rule && finding.fixes?.[0] && !assumes(finding.fixes[0]));
  if (ofKind.length < 2 || ofKind.length > MOST_OF_KIND) return [];
  const edit = await fixedAll(document, judge, ofKind, (fix) => !assumes(fix), rule);
  if (!edit) return [];
  // Without diagnostics an editor would put it below the ways to ignore them.
  return [
    {
      title: `Fix all of this kind: “${rule}”`,
      kind: CodeActionKind.QuickFix,
      diagnostics: shown,
      edit: editOf(document, [edit]),
    },
  ];
}

async function fixedAll(
  document: OpenDocument,
  judge: Judge,
  all: readonly Finding[],
  wanted: (fix: Fix) => boolean,
  rule?: string,
): Promise<TextEdit | undefined> {
  if (!all.some(({ fixes: [first] = [] }) => first && wanted(first))) return undefined;
  const judged = await judge.judging(document);
  return fixAll(document.dockerfile, (dockerfile) => judged(dockerfile, rule), wanted);
}

/** The conversion as the fix of the finding that asks for it. */
async function conversions(
  document: OpenDocument,
  converter: Converter,
  here: readonly Finding[],
  diagnostics: readonly Diagnostic[],
  previews: boolean,
): Promise<CodeAction[]> {
  const asking = here.find(({ convert }) => convert !== undefined);
  if (!asking) return [];
  const conversion = await converter.best(document);
  if (conversion.outcome !== 'converted') return [];
  const shown = shownFor(asking, diagnostics);
  return [{ ...converting(document, conversion, previews), kind: CodeActionKind.QuickFix, diagnostics: shown }];
}

async function refactorings(
  document: OpenDocument,
  converter: Converter,
  line: number,
  asked: boolean,
  previews: boolean,
): Promise<CodeAction[]> {
  const { best, offered } = await converter.all(document, line);
  const actions = offered.map((it) => ({ ...converting(document, it, previews), kind: CONVERT }));
  if (actions.length > 0 || best.outcome === 'converted' || !asked) return actions;
  const reason =
    best.outcome === 'declined'
      ? best.reasons.map(({ line, message }) => `Line ${line + 1}: ${message}`).join(' ')
      : `It already ends in “${best.base}”.`;
  return [{ title: 'Convert to a multi-stage distroless build', kind: CONVERT, disabled: { reason } }];
}

/** Shown first where the client can do that. */
function converting(
  document: OpenDocument,
  { base, edits, family, stage }: Converted & Partial<ConvertedStage>,
  previews: boolean,
): CodeAction {
  const login = family === 'dhi' ? ' (needs a login)' : '';
  const what = stage === undefined ? 'Convert' : `Convert stage “${stage}”`;
  const title = `${what} to a multi-stage build on “${base}”${login}`;
  if (!previews) return { title, edit: editOf(document, edits) };
  const asked = [document.uri, family, ...(stage === undefined ? [] : [stage])];
  return { title: `${title}…`, command: { title, command: convertCommand, arguments: asked } };
}

function silencing(title: string, diagnostics: Diagnostic[], edit: WorkspaceEdit): CodeAction {
  return { title, kind: CodeActionKind.QuickFix, diagnostics, edit };
}

/** The diagnostics that the finding is shown as. */
function shownFor({ rule, range }: Finding, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(
    (shown) => shown.source === 'distroless' && shown.code === rule && touches(range, shown.range),
  );
}

function editOf({ uri, version }: OpenDocument, edits: readonly TextEdit[]): WorkspaceEdit {
  return {
    documentChanges: [
      { textDocument: { uri, version }, edits: edits.map(({ range, newText }) => ({ range, newText })) },
    ],
  };
}

/** True where the ranges share a character or meet. */
function touches(a: Range, b: LspRange): boolean {
  return !before(a.end, b.start) && !before(b.end, a.start);
}

function before(a: Range['start'], b: Range['start']): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
