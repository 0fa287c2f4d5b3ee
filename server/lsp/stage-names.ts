/** Names of stages: where each is given and used, and renaming it in all these places, or not at all. */
import {
  type Connection,
  DocumentHighlightKind,
  LSPErrorCodes,
  type Range as LspRange,
  MessageType,
  type Position,
  ResponseError,
  ShowMessageNotification,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { contextNamed, whatItIs } from '../dockerfile/named-contexts.ts';
import { mayNameStage, type StagePlace, stagePlaceAt, stagePlaces } from '../dockerfile/stage-places.ts';
import { STAGE_NAME } from '../dockerfile/stage-problems.ts';
import type { Range } from '../dockerfile/text.ts';
import type { OpenDocument, OpenDocuments } from './documents.ts';
import type { Judge } from './findings.ts';

export const STAGE_NAME_CAPABILITIES = {
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
};

export function offerStageNames(connection: Connection, documents: OpenDocuments, judge: Judge): void {
  /** All places that mean the stage at the position; undefined: none is named there. */
  const find = ({ textDocument: { uri }, position }: { textDocument: { uri: string }; position: Position }) => {
    const document = documents.get(uri);
    if (!document) return undefined;
    const all = stagePlaces(document.dockerfile);
    const here = stagePlaceAt(all, position);
    if (here?.means === undefined) return undefined;
    return { document, all, here, same: all.filter(({ means }) => means === here.means) };
  };

  connection.onDefinition((params) => {
    const found = find(params);
    if (!found) return null;
    const { document, here } = found;
    const stage = document.dockerfile.stages[here.means!]!;
    return { uri: document.uri, range: (stage.name ?? stage.from).range };
  });
  connection.onReferences((params) => {
    const found = find(params);
    const wanted = ({ kind }: StagePlace) => params.context.includeDeclaration || kind !== 'name';
    return found ? found.same.filter(wanted).map(({ range }) => ({ uri: found.document.uri, range })) : null;
  });
  connection.onDocumentHighlight((params) => {
    const kindOf = ({ kind }: StagePlace) =>
      kind === 'name' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read;
    return find(params)?.same.map((place) => ({ range: place.range, kind: kindOf(place) })) ?? null;
  });
  connection.onPrepareRename((params) => {
    const found = find(params);
    return found?.here.by === 'name' ? found.here.range : null;
  });
  connection.onRenameRequest((params): WorkspaceEdit | null => {
    const found = find(params);
    if (found?.here.by !== 'name') return null;
    const { document, all, same } = found;
    const { newName } = params;
    const old = document.dockerfile.stages[found.here.means!]!.name!.text;
    if (newName === old) return null;
    const built = judge.built(document);
    const reason = whyNot(built, all, same, old, newName);
    if (reason !== undefined) throw new ResponseError(LSPErrorCodes.RequestFailed, reason);
    const elsewhere = namedElsewhere(judge, document, all, old);
    if (elsewhere.length > 0) {
      const message = elsewhere.join(' ');
      void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
    }
    const edits = same
      .filter(({ by }) => by === 'name')
      // FROM looks a name up as it stands, and stages are kept in lower case.
      .map(({ kind, range }) => ({ range, newText: kind === 'base' ? newName.toLowerCase() : newName }));
    return { documentChanges: [{ textDocument: { uri: document.uri, version: document.version }, edits }] };
  });
}

/** Why nothing is renamed, in one sentence with the cure: the build would stop, or take other files. */
function whyNot(
  dockerfile: Dockerfile,
  all: readonly StagePlace[],
  same: readonly StagePlace[],
  old: string,
  wanted: string,
): string | undefined {
  const name = wanted.toLowerCase();
  if (!STAGE_NAME.test(name))
    return 'The name of a stage begins with a letter, and letters, digits, “-”, “_” and “.” may follow. Choose such a name.';
  if (name === 'scratch' || name === 'context')
    return `“${name}” means the ${name === 'scratch' ? 'empty image' : 'build context'}. Choose another name.`;
  const given = contextNamed(dockerfile, old);
  if (given)
    return `A bake or compose file gives ${whatItIs(given)} to the build as “${old}”. Change the name there first.`;
  const other = contextNamed(dockerfile, name);
  if (other) return `A bake or compose file gives ${whatItIs(other)} to the build as “${name}”. Choose another name.`;
  const taken = all.find(
    ({ means, by, text }) => means !== same[0]?.means && by === 'name' && text.toLowerCase() === name,
  );
  if (taken)
    return taken.means === undefined
      ? `“${taken.text}” is the name of an image in line ${lineOf(taken.range)}, which would then mean this stage. Choose another name.`
      : `“${taken.text}” is the name of another stage (line ${lineOf(taken.range)}). Choose another name.`;
  const variable = same.find(({ by }) => by === 'variable');
  if (variable)
    return `Line ${lineOf(variable.range)} names this stage through a variable, which cannot be changed along. Write “${old}” there first.`;
  const torn = same.find(({ by, range, text }) => by === 'name' && !isPlain(dockerfile, range, text));
  if (torn)
    return `In line ${lineOf(torn.range)} the name is written with quotes or over several lines. Write “${old}” there first.`;
  return undefined;
}

const lineOf = ({ start }: LspRange) => start.line + 1;

const isPlain = ({ text, lines }: Dockerfile, { start, end }: Range, name: string) =>
  text.slice(lines.offset(start), lines.offset(end)) === name;

/** What names the stage, or may, and is not changed along: each a sentence. */
function namedElsewhere(judge: Judge, document: OpenDocument, all: readonly StagePlace[], old: string): string[] {
  const sentences: string[] = [];
  if (judge.isTarget(document, old))
    sentences.push(
      `“${old}” is also named by a compose, bake or project file: change it there too, or the build does not find the stage.`,
    );
  const open = all.find(({ kind, by, text, stage: { parent } }) => {
    const named = parent.kind === 'image' ? parent.reference : text;
    return kind === 'base' && by === 'variable' && mayNameStage(named, document.dockerfile.escape);
  });
  if (open)
    sentences.push(
      `FROM in line ${lineOf(open.range)} takes its name from a variable: look whether that can be “${old}”.`,
    );
  return sentences;
}
