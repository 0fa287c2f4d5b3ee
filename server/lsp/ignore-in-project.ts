/** “Ignore in this project” writes an entry into the project file, which is made when there is none. */
import { pathToFileURL } from 'node:url';
import type { ClientCapabilities, WorkspaceEdit } from 'vscode-languageserver';
import { projectFileWithout, ruleSwitchedOff } from '../workspace/ignore-in-project.ts';
import type { Surroundings } from '../workspace/workspace.ts';

/** Undefined without a workspace folder, where the client cannot create the file, and where the file is none that can be added to. */
export function ignoreInProject(
  rule: string,
  folder: string | undefined,
  surroundings: Surroundings | undefined,
  { workspace }: ClientCapabilities,
): WorkspaceEdit | undefined {
  const can = workspace?.workspaceEdit;
  if (folder === undefined || !surroundings || !can?.documentChanges) return undefined;
  const { path, text } = surroundings.projectFile;
  const uri = pathToFileURL(path).href;
  const textDocument = { uri, version: null };
  if (text === undefined) {
    if (!can.resourceOperations?.includes('create')) return undefined;
    const start = { line: 0, character: 0 };
    const edits = [{ range: { start, end: start }, newText: projectFileWithout(rule) }];
    return {
      documentChanges: [
        { kind: 'create', uri, options: { ignoreIfExists: true } },
        { textDocument, edits },
      ],
    };
  }
  const edit = ruleSwitchedOff(text, rule);
  return edit && { documentChanges: [{ textDocument, edits: [{ range: edit.range, newText: edit.newText }] }] };
}
