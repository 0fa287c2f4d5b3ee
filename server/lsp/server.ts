/** Puts the features on a connection. */
import {
  type ClientCapabilities,
  type Connection,
  DidChangeConfigurationNotification,
  type InitializeResult,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import type { InitializationOptions } from '../protocol.ts';
import { CODE_ACTION_KINDS, offerCodeActions } from './code-actions.ts';
import { createConverter, offerConversion } from './conversion.ts';
import { publishDiagnostics } from './diagnostics.ts';
import { openDocuments } from './documents.ts';
import { judgeOf } from './findings.ts';
import { offerHistory } from './history.ts';
import { offerHover } from './hover.ts';
import { forwardImageRequests, type Surroundings } from './images.ts';
import { sections, settingsOf } from './settings.ts';
import { offerStageNames, STAGE_NAME_CAPABILITIES } from './stage-names.ts';
import { watchFiles } from './watching.ts';

export interface ServerOptions {
  /** File that the image process is started from. */
  readonly imageProcess: string;
  /** Folder with one page for each rule, `ID.md`. */
  readonly rulePages: string;
}

export function startServer(connection: Connection, options: ServerOptions): void {
  const settings = settingsOf(connection);
  const documents = openDocuments();
  const folders: string[] = [];
  const judge = judgeOf(documents, settings, folders);
  let capabilities: ClientCapabilities = {};
  let previews = false;
  let explores = false;
  const surroundings: Surroundings = { trusted: false, cacheFolder: undefined };

  connection.onInitialize((params): InitializeResult => {
    folders.push(...(params.workspaceFolders ?? []).map(({ uri }) => uri));
    capabilities = params.capabilities;
    settings.canAsk = capabilities.workspace?.configuration === true;
    const options = params.initializationOptions as Partial<InitializationOptions> | undefined;
    settings.otherCheckers = options?.otherCheckers === true;
    previews = options?.previews === true;
    explores = options?.explores === true;
    surroundings.trusted = options?.trusted === true;
    surroundings.cacheFolder = typeof options?.cacheFolder === 'string' ? options.cacheFolder : undefined;
    return {
      serverInfo: { name: 'distroless' },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        hoverProvider: true,
        ...STAGE_NAME_CAPABILITIES,
        codeActionProvider: { codeActionKinds: CODE_ACTION_KINDS },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });
  connection.onInitialized(async () => {
    if (capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration) await watching.register();
    if (capabilities.workspace?.didChangeConfiguration?.dynamicRegistration)
      await connection.client.register(DidChangeConfigurationNotification.type, { section: sections });
  });
  connection.onNotification(
    'workspace/didChangeWorkspaceFolders',
    ({ event }: { event: { added: { uri: string }[]; removed: { uri: string }[] } }) => {
      const gone = new Set(event.removed.map(({ uri }) => uri));
      const kept = folders.filter((uri) => !gone.has(uri));
      folders.splice(0, folders.length, ...kept, ...event.added.map(({ uri }) => uri));
      diagnostics.lookAgain();
    },
  );

  const diagnostics = publishDiagnostics(connection, documents, settings, judge, options.rulePages);
  const watching = watchFiles(connection, judge, diagnostics);
  const converter = createConverter(judge, settings);
  offerCodeActions(connection, documents, settings, judge, converter, {
    capabilities: () => capabilities,
    previews: () => previews,
  });
  offerConversion(connection, documents, judge, converter);
  offerHover(connection, documents, judge, () => explores);
  offerStageNames(connection, documents, judge);
  offerHistory(connection, documents, folders);
  forwardImageRequests(connection, settings, options.imageProcess, surroundings);
  documents.listen(connection);
  connection.listen();
}
