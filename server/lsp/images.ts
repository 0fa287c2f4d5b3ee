/**
 * Hands image requests on to the image process, which is started when first needed and again when it has died: whatever an
 * image does to it, this process does not notice.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { type CancellationToken, type Connection, ResponseError } from 'vscode-languageserver';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-languageserver/node';
import * as protocol from '../protocol.ts';
import type { Settings, SettingsReader } from './settings.ts';

interface Running {
  readonly connection: MessageConnection;
  /** Rejects with a sentence when the process ends. */
  readonly ended: Promise<never>;
  /** It was ended because the settings have changed; what it was asked is to be asked of the next one. */
  replaced: boolean;
}

const REQUESTS = [
  protocol.listEngine,
  protocol.engineChoices,
  protocol.watchEngine,
  protocol.listArchive,
  protocol.describeImage,
  protocol.reportImage,
  protocol.reportPage,
  protocol.sbomOfImage,
  protocol.listFolder,
  protocol.listShares,
  protocol.searchFiles,
  protocol.fileHistory,
  protocol.packageFiles,
  protocol.readFile,
  protocol.compareImages,
  protocol.listCompared,
  protocol.closeComparison,
  protocol.closeImage,
  protocol.sizeOfLayerCache,
  protocol.clearLayerCache,
].map(({ method }) => method);

/** What the image process exits with when it has grown past its limit. */
const OUT_OF_MEMORY = 70;
const FAILED = -32803; // LSP: RequestFailed

/** What the image process is told besides the settings. */
export interface Surroundings {
  trusted: boolean;
  cacheFolder: string | undefined;
}

export function forwardImageRequests(
  connection: Connection,
  settings: SettingsReader,
  file: string,
  surroundings: Surroundings,
): void {
  let running: Promise<Running> | undefined;
  let current: ChildProcess | undefined;
  let startedWith = '';

  const start = async (): Promise<Running> => {
    const { engine, image, proxy } = await settings.get();
    startedWith = JSON.stringify({ engine, image, proxy, surroundings });
    const child = fork(file, [], {
      execArgv: [...protocol.imageProcessFlags(image.memoryLimitMB)],
      env: {
        ...process.env,
        DISTROLESS_IMAGE_MEMORY_MB: String(image.memoryLimitMB),
        ...(engine.address ? { DISTROLESS_ENGINE_ADDRESS: engine.address } : {}),
        ...(proxy.address ? proxyVariables(proxy) : {}),
        DISTROLESS_PROXY_AUTHORIZATION: proxy.authorization,
        DISTROLESS_PROXY_STRICT: proxy.strict ? '1' : '',
        DISTROLESS_TRUSTED: surroundings.trusted ? '1' : '',
        DISTROLESS_CACHE_FOLDER: surroundings.cacheFolder ?? '',
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    current = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => connection.console.error(text.trimEnd()));
    const messages = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    messages.onNotification(protocol.imageProgress, (progress) => {
      void connection.sendNotification(protocol.imageProgress, progress);
    });
    messages.onNotification(protocol.imageVerified, (image) => {
      void connection.sendNotification(protocol.imageVerified, image);
    });
    messages.onNotification(protocol.comparisonProgress, (progress) => {
      void connection.sendNotification(protocol.comparisonProgress, progress);
    });
    messages.onNotification(protocol.engineChanged, () => {
      void connection.sendNotification(protocol.engineChanged);
    });
    messages.onError(() => {});
    messages.listen();
    const ended = new Promise<never>((_, reject) => {
      const end = (code: number | null, signal: string | null) => {
        if (current === child) {
          current = undefined;
          running = undefined;
        }
        // In this order: disposing rejects what waits too, without saying why.
        reject(new ResponseError(FAILED, whyEnded(code, signal, image.memoryLimitMB)));
        messages.dispose();
      };
      child.once('exit', end);
      child.once('error', () => end(null, null));
    });
    ended.catch(() => {});
    return { connection: messages, ended, replaced: false };
  };

  for (const method of REQUESTS) {
    connection.onRequest(method, async (params: unknown, token: CancellationToken) => {
      for (;;) {
        running ??= start();
        const asked = await running;
        try {
          return await Promise.race([asked.connection.sendRequest(method, params, token), asked.ended]);
        } catch (error) {
          if (!asked.replaced || token.isCancellationRequested) throw error;
        }
      }
    });
  }
  const startAgain = async () => {
    const { engine, image, proxy } = await settings.get();
    if (!running || JSON.stringify({ engine, image, proxy, surroundings }) === startedWith) return;
    const old = await running;
    old.replaced = true;
    const child = current;
    running = undefined;
    current = undefined;
    child?.kill();
  };
  settings.onChange(startAgain);
  connection.onNotification(protocol.trustGranted, () => {
    surroundings.trusted = true;
    return startAgain();
  });
  connection.onShutdown(() => void current?.kill());
}

/** What the editor is told goes before what the environment says, as it does for the editor itself; hosts to be asked without a proxy are those of both. */
function proxyVariables({ address, exempt }: Settings['proxy']): NodeJS.ProcessEnv {
  const { NO_PROXY, no_proxy } = process.env;
  return { HTTPS_PROXY: address, NO_PROXY: [...exempt, NO_PROXY || no_proxy || ''].filter(Boolean).join(',') };
}

function whyEnded(code: number | null, signal: string | null, limit: number): string {
  const outOfMemory = code === OUT_OF_MEMORY || signal === 'SIGABRT' || signal === 'SIGKILL' || code === 134;
  return outOfMemory
    ? `Reading this image took more than ${limit} MB of memory, so it was stopped; nothing else was affected. Raise “distroless.image.memoryLimitMB” to read it.`
    : 'The process that reads images ended unexpectedly. Try again; if it happens again, the “Distroless” output says more.';
}
