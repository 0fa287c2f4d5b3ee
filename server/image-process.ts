/** The child process that reads images: whatever an image does to it, editor and language server go on. Speaks JSON-RPC over Node's IPC channel. */
import {
  type CancellationToken,
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { ImageComparisons } from './image-comparison.ts';
import { ImageService } from './image-service.ts';
import { cacheOf, clearCache, sizeOfCache } from './images/layer-cache.ts';
import { watchMemory } from './images/memory.ts';
import { ImageError } from './images/source.ts';
import * as protocol from './protocol.ts';

const cacheFolder = process.env.DISTROLESS_CACHE_FOLDER;
const authorization = process.env.DISTROLESS_PROXY_AUTHORIZATION;
// Programs that are started from here, such as credential helpers, are not told.
delete process.env.DISTROLESS_PROXY_AUTHORIZATION;
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const service = new ImageService({
  engineAddress: process.env.DISTROLESS_ENGINE_ADDRESS,
  trusted: process.env.DISTROLESS_TRUSTED === '1',
  proxy: { authorization, strict: process.env.DISTROLESS_PROXY_STRICT !== '' },
  cache: cacheOf(cacheFolder, import.meta.filename),
  onVerified: (image) => void connection.sendNotification(protocol.imageVerified, image).catch(() => {}),
  onProgress: (progress) => void connection.sendNotification(protocol.imageProgress, progress).catch(() => {}),
});
const comparisons = new ImageComparisons(
  service,
  (progress) => void connection.sendNotification(protocol.comparisonProgress, progress).catch(() => {}),
);

answer(protocol.listEngine, (_, signal) => service.listEngine(signal));
answer(protocol.engineChoices, ({ address }, signal) => service.engineChoices(address, signal));
answer(protocol.watchEngine, async (_, signal) => {
  await service.watchEngine(() => void connection.sendNotification(protocol.engineChanged).catch(() => {}), signal);
  return null;
});
answer(protocol.listArchive, ({ path }, signal) => service.listArchive(path, signal));
answer(protocol.describeImage, ({ reference }, signal) => service.describe(reference, signal));
answer(protocol.reportImage, ({ reference }, signal) => service.report(reference, signal));
answer(protocol.reportPage, ({ reference }, signal) => service.page(reference, signal));
answer(protocol.sbomOfImage, ({ reference, format }, signal) => service.sbom(reference, format, signal));
answer(protocol.listFolder, (asked, signal) => service.folder(asked, signal));
answer(protocol.listShares, ({ reference }, signal) => service.shares(reference, signal));
answer(protocol.searchFiles, (asked, signal) => service.search(asked, signal));
answer(protocol.fileHistory, ({ reference, path }, signal) => service.history(reference, path, signal));
answer(protocol.packageFiles, (asked, signal) => service.packageFiles(asked, signal));
answer(protocol.readFile, async ({ reference, view, path, limit, container }, signal) => {
  const { bytes, size, truncated } = await service.readFile(reference, view, path, limit, signal, container);
  return { base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'), size, truncated };
});
answer(protocol.compareImages, (pair, signal) => comparisons.compare(pair, signal));
answer(protocol.listCompared, (asked, signal) => comparisons.folder(asked, signal));
answer(protocol.closeComparison, async (pair) => {
  comparisons.close(pair);
  return null;
});
answer(protocol.closeImage, async ({ reference }) => {
  comparisons.forget(reference);
  await service.close(reference);
  return null;
});
answer(protocol.sizeOfLayerCache, async () => (cacheFolder ? sizeOfCache(cacheFolder) : 0));
answer(protocol.clearLayerCache, async () => (cacheFolder ? clearCache(cacheFolder) : 0));

// Without the parent there is nobody to answer.
process.once('disconnect', () => process.exit(0));
// Not even what nobody foresaw leaves the parent waiting: it starts another process when it needs one.
process.on('unhandledRejection', (error) => {
  console.error(error);
  process.exit(1);
});
watchMemory(Number(process.env.DISTROLESS_IMAGE_MEMORY_MB) || 1024);
connection.listen();

function answer<In, Out>(
  { method }: protocol.Request<In, Out>,
  handle: (input: In, signal: AbortSignal) => Promise<Out>,
): void {
  connection.onRequest(method, async (input: In, token: CancellationToken): Promise<unknown> => {
    const controller = new AbortController();
    const cancelled = token.onCancellationRequested(() => controller.abort());
    if (token.isCancellationRequested) controller.abort();
    try {
      return await handle(input, controller.signal);
    } catch (error) {
      if (controller.signal.aborted) throw new ResponseError(requestCancelled, 'Cancelled.');
      if (error instanceof ImageError) throw new ResponseError(requestFailed, error.message, { code: error.code });
      console.error(error);
      throw new ResponseError(
        ErrorCodes.InternalError,
        'The image could not be read because of an error in this program; the “Distroless” output has the details.',
      );
    } finally {
      cancelled.dispose();
    }
  });
}

/** LSP's numbers (LSPErrorCodes). */
const requestCancelled = -32800;
const requestFailed = -32803;
