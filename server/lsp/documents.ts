/** The open Dockerfiles: each version is read once, whoever asks first, and an edit costs one instruction. And the open project files, as text. */
import { basename } from 'node:path';
import { TextDocuments } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { createReader } from '../dockerfile/read-dockerfile.ts';
import { PROJECT_FILE } from '../workspace/project-file.ts';
import { pathOf } from './paths.ts';

export interface OpenDocument {
  readonly uri: string;
  readonly version: number;
  readonly dockerfile: Dockerfile;
}

export interface OpenDocuments {
  get(uri: string): OpenDocument | undefined;
  all(): readonly string[];
  onChange(listener: (uri: string) => void): void;
  onClose(listener: (uri: string) => void): void;
  /** The text of a project file that is open, by its path. */
  projectFile(path: string): string | undefined;
  /** A project file was opened, changed or closed. */
  onProjectFile(listener: () => void): void;
  listen: TextDocuments<TextDocument>['listen'];
}

/** Texts that are not the user's to edit: the other side of a comparison, output, history. */
const FOREIGN = /^(git|gitfs|gitlens|output|vscode-scm|conflictResolution|review|pr|distroless-image|distroless):/i;

export function openDocuments(): OpenDocuments {
  const texts = new TextDocuments(TextDocument);
  const readers = new Map<string, (text: string) => Dockerfile>();
  const read = new Map<string, OpenDocument>();
  texts.onDidClose(({ document: { uri } }) => {
    readers.delete(uri);
    read.delete(uri);
  });
  const mine = (uri: string) => !FOREIGN.test(uri) && !isProjectFile(uri);
  return {
    get(uri) {
      const text = mine(uri) ? texts.get(uri) : undefined;
      if (!text) return undefined;
      const known = read.get(uri);
      if (known?.version === text.version) return known;
      let reader = readers.get(uri);
      if (!reader) {
        reader = createReader();
        readers.set(uri, reader);
      }
      const document = { uri, version: text.version, dockerfile: reader(text.getText()) };
      read.set(uri, document);
      return document;
    },
    all: () => texts.keys().filter(mine),
    onChange: (listener) => void texts.onDidChangeContent(({ document: { uri } }) => mine(uri) && listener(uri)),
    onClose: (listener) => void texts.onDidClose(({ document: { uri } }) => mine(uri) && listener(uri)),
    projectFile(path) {
      const uri = texts.keys().find((one) => isProjectFile(one) && pathOf(one) === path);
      return uri === undefined ? undefined : texts.get(uri)?.getText();
    },
    onProjectFile(listener) {
      texts.onDidChangeContent(({ document: { uri } }) => isProjectFile(uri) && listener());
      texts.onDidClose(({ document: { uri } }) => isProjectFile(uri) && listener());
    },
    listen: (connection) => texts.listen(connection),
  };
}

function isProjectFile(uri: string): boolean {
  return uri.startsWith('file:') && basename(uri) === PROJECT_FILE;
}
