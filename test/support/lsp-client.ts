/** A language client and our server in one process, talking over two pipes. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type CodeAction,
  CodeActionRequest,
  createConnection,
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  InitializedNotification,
  InitializeRequest,
  ProposedFeatures,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  type RegistrationParams,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type ServerOptions, startServer } from '../../server/lsp/server.ts';

export interface Client {
  readonly connection: ProtocolConnection;
  /** Everything that was published, in order. */
  readonly published: readonly PublishDiagnosticsParams[];
  open(uri: string, text: string): Promise<void>;
  /** Puts `newText` where `range` is, without waiting. */
  change(uri: string, range: Range | undefined, newText: string): Promise<void>;
  close(uri: string): Promise<void>;
  text(uri: string): string;
  /** Those of the document's newest version. */
  diagnostics(uri: string): Promise<readonly Diagnostic[]>;
  /** The same, as soon as they are as wanted: what is read from the disk comes later. */
  diagnosticsThat(
    uri: string,
    wanted: (codes: readonly unknown[], diagnostics: readonly Diagnostic[]) => boolean,
  ): Promise<readonly Diagnostic[]>;
  /** What the user was told. */
  readonly messages: readonly string[];
  /** What the server asked to be told of. */
  readonly watched: readonly string[];
  changeSettings(settings: unknown, http?: unknown): Promise<void>;
  changedOnDisk(path: string): Promise<void>;
  codeActions(uri: string, range: Range, only?: string[]): Promise<readonly CodeAction[]>;
  /** Does what the action's edit says, as an editor would: one change, a new version; files that are not open are written. */
  apply(action: CodeAction): Promise<void>;
  stop(): Promise<void>;
}

export interface ClientOptions {
  readonly settings?: unknown;
  /** Of single folders, by their URIs. */
  readonly settingsOf?: Readonly<Record<string, unknown>>;
  /** The editor's own section of that name. */
  readonly http?: unknown;
  readonly folders?: readonly string[];
  readonly initializationOptions?: unknown;
  /** Over those of an editor that can do everything. */
  readonly workspaceEdit?: unknown;
  readonly server?: Partial<ServerOptions>;
}

const EDITS = { documentChanges: true, resourceOperations: ['create', 'rename', 'delete'] };

export async function startClient(options: ClientOptions = {}): Promise<Client> {
  const { folders = [], settingsOf = {}, server = {}, initializationOptions, workspaceEdit = EDITS } = options;
  let { settings = {}, http } = options;
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  startServer(
    createConnection(ProposedFeatures.all, new StreamMessageReader(toServer), new StreamMessageWriter(toClient)),
    {
      imageProcess: '/nowhere',
      rulePages: '/rules',
      ...server,
    },
  );
  const connection = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const documents = new Map<string, TextDocument>();
  const published: PublishDiagnosticsParams[] = [];
  const waiting = new Set<() => void>();
  connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    published.push(params);
    for (const look of waiting) look();
  });
  connection.onRequest('workspace/configuration', ({ items }: { items: { section?: string; scopeUri?: string }[] }) =>
    items.map(({ section, scopeUri = '' }) => {
      const folder = Object.keys(settingsOf).find((one) => scopeUri.startsWith(`${one}/`));
      return section === 'http' ? http : folder === undefined ? settings : settingsOf[folder];
    }),
  );
  const watched: string[] = [];
  connection.onRequest('client/registerCapability', ({ registrations }: RegistrationParams) => {
    for (const { method, registerOptions } of registrations) {
      if (method !== DidChangeWatchedFilesNotification.method) continue;
      watched.push(
        ...(registerOptions as { watchers: { globPattern: string }[] }).watchers.map((it) => it.globPattern),
      );
    }
    return null;
  });
  const messages: string[] = [];
  connection.onNotification('window/showMessage', ({ message }: { message: string }) => void messages.push(message));
  connection.listen();
  await connection.sendRequest(InitializeRequest.type, {
    processId: null,
    rootUri: null,
    workspaceFolders: folders.map((uri) => ({ uri, name: uri })),
    initializationOptions,
    capabilities: {
      workspace: {
        configuration: true,
        didChangeConfiguration: { dynamicRegistration: true },
        didChangeWatchedFiles: { dynamicRegistration: true },
        workspaceEdit: workspaceEdit as object,
      },
    },
  });
  await connection.sendNotification(InitializedNotification.type, {});

  let stopped = false;
  const document = (uri: string) => {
    const known = documents.get(uri);
    if (!known) throw new Error(`${uri} is not open`);
    return known;
  };
  const client: Client = {
    connection,
    published,
    async open(uri, text) {
      documents.set(uri, TextDocument.create(uri, 'dockerfile', 1, text));
      await connection.sendNotification(DidOpenTextDocumentNotification.type, {
        textDocument: { uri, languageId: 'dockerfile', version: 1, text },
      });
    },
    async change(uri, range, text) {
      const now = document(uri);
      const version = now.version + 1;
      const changes = [range ? { range, text } : { text }];
      documents.set(uri, TextDocument.update(now, changes, version));
      await connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version },
        contentChanges: changes,
      });
    },
    async close(uri) {
      documents.delete(uri);
      await connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
    },
    text: (uri) => document(uri).getText(),
    diagnostics(uri) {
      return new Promise((resolve) => {
        const look = () => {
          const last = published.findLast((one) => one.uri === uri);
          if (last?.version !== document(uri).version) return;
          waiting.delete(look);
          resolve(last.diagnostics);
        };
        waiting.add(look);
        look();
      });
    },
    diagnosticsThat(uri, wanted) {
      return new Promise((resolve) => {
        const look = () => {
          const last = published.findLast((one) => one.uri === uri);
          if (last?.version !== document(uri).version) return;
          const { diagnostics } = last;
          const codes = diagnostics.map(({ code }) => code);
          if (!wanted(codes, diagnostics)) return;
          waiting.delete(look);
          resolve(diagnostics);
        };
        waiting.add(look);
        look();
      });
    },
    messages,
    watched,
    async changeSettings(now, nowHttp = http) {
      settings = now;
      http = nowHttp;
      await connection.sendNotification('workspace/didChangeConfiguration', { settings: {} });
    },
    async changedOnDisk(path) {
      const changes = [{ uri: pathToFileURL(path).href, type: 2 }];
      await connection.sendNotification(DidChangeWatchedFilesNotification.method, { changes });
    },
    async codeActions(uri, range, only) {
      const shown = published.findLast((one) => one.uri === uri)?.diagnostics ?? [];
      const actions = await connection.sendRequest(CodeActionRequest.type, {
        textDocument: { uri },
        range,
        context: { diagnostics: shown, ...(only ? { only } : {}) },
      });
      return (actions ?? []) as CodeAction[];
    },
    async apply({ edit }) {
      for (const change of edit?.documentChanges ?? []) {
        if ('kind' in change) {
          if (change.kind !== 'create') throw new Error('Only creations are expected.');
          if (!existsSync(fileURLToPath(change.uri))) writeFileSync(fileURLToPath(change.uri), '');
          continue;
        }
        const { uri, version } = change.textDocument;
        const edits = change.edits.map((one) => one as { range: Range; newText: string });
        if (documents.has(uri)) {
          if (version !== null && version !== document(uri).version)
            throw new Error('The edit is for another version.');
          await client.change(uri, undefined, TextDocument.applyEdits(document(uri), edits));
        } else {
          const path = fileURLToPath(uri);
          const text = TextDocument.create(uri, '', 0, readFileSync(path, 'utf8'));
          writeFileSync(path, TextDocument.applyEdits(text, edits));
          await client.changedOnDisk(path);
        }
      }
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      await connection.sendRequest(ShutdownRequest.type);
      connection.dispose();
    },
  };
  return client;
}
