/** The language server: started with the extension, in a process of its own, and asked through typed requests. */
import {
  type CancellationToken,
  type Disposable,
  EventEmitter,
  type ExtensionContext,
  type LogOutputChannel,
  Uri,
  workspace,
} from 'vscode';
import { LanguageClient, State, TransportKind } from 'vscode-languageclient/node';
import {
  type ComparisonProgress,
  comparisonProgress,
  engineChanged,
  exploreBaseCommand,
  type ImageAt,
  type ImageProgress,
  type InitializationOptions,
  imageProgress,
  imageVerified,
  type Request,
  SERVER_FLAGS,
  trustGranted,
} from '../server/protocol.ts';
import { otherCheckers } from './other-checkers.ts';

export interface Server extends Disposable {
  readonly client: LanguageClient;
  ask<In, Out>(request: Request<In, Out>, input: In, token?: CancellationToken): Promise<Out>;
  onProgress(listener: (progress: ImageProgress) => void): Disposable;
  /** The digests of an image's layers are known by now: its description and its report may say more. */
  onVerified(listener: (image: ImageAt) => void): Disposable;
  /** More of the files of two images that are compared has been read. */
  onCompared(listener: (progress: ComparisonProgress) => void): Disposable;
  /** What the engine has may have changed. */
  onEngineChange(listener: () => void): Disposable;
  /** It has been started again, and knows nothing of what was open. */
  onRestart(listener: () => void): Disposable;
  restart(): Promise<void>;
}

export function startServer(context: ExtensionContext, log: LogOutputChannel): Server {
  const module = context.asAbsolutePath('dist/server.cjs');
  const client = new LanguageClient(
    'distroless',
    'Distroless',
    { module, transport: TransportKind.ipc, options: { execArgv: [...SERVER_FLAGS] } },
    {
      // Named one by one: documents of `git:` and of other comparisons are not the user's to mend.
      documentSelector: [
        ...['file', 'untitled', 'vscode-remote', 'vscode-vfs'].map((scheme) => ({ language: 'dockerfile', scheme })),
        // What it says counts before it is saved.
        { scheme: 'file', pattern: '**/.distroless.json' },
      ],
      // Asked at each start.
      initializationOptions: (): InitializationOptions => ({
        otherCheckers: otherCheckers(),
        previews: true,
        explores: true,
        trusted: workspace.isTrusted,
        cacheFolder: Uri.joinPath(context.globalStorageUri, 'layers').fsPath,
      }),
      outputChannel: log,
      // What a hover may run, and nothing else; it asks before anything is sent anywhere.
      markdown: { isTrusted: { enabledCommands: [exploreBaseCommand] } },
    },
  );
  const progressed = new EventEmitter<ImageProgress>();
  const verified = new EventEmitter<ImageAt>();
  const compared = new EventEmitter<ComparisonProgress>();
  const engine = new EventEmitter<void>();
  const restarted = new EventEmitter<void>();
  let runs = 0;
  const subscriptions = [
    progressed,
    verified,
    compared,
    engine,
    restarted,
    client.onNotification(imageProgress, (progress: ImageProgress) => progressed.fire(progress)),
    client.onNotification(imageVerified, (image: ImageAt) => verified.fire(image)),
    client.onNotification(comparisonProgress, (progress: ComparisonProgress) => compared.fire(progress)),
    client.onNotification(engineChanged, () => engine.fire()),
    workspace.onDidGrantWorkspaceTrust(() => void client.sendNotification(trustGranted)),
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running && ++runs > 1) restarted.fire();
    }),
  ];
  client.start().catch((error: unknown) => log.error(error instanceof Error ? error : String(error)));
  return {
    client,
    // A token that is undefined would be sent as a second parameter.
    ask: (request, input, token) =>
      token ? client.sendRequest(request.method, input, token) : client.sendRequest(request.method, input),
    onProgress: progressed.event,
    onVerified: verified.event,
    onCompared: compared.event,
    onEngineChange: engine.event,
    onRestart: restarted.event,
    restart: () => client.restart(),
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
      void client.dispose();
    },
  };
}
