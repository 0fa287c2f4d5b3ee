/** Keeps the list of images and containers true while somebody looks at it: the engine itself says when something has changed. */
import { CancellationTokenSource, Disposable, type TreeView, window, workspace } from 'vscode';
import { watchEngine } from '../../server/protocol.ts';
import type { Server } from '../server.ts';
import type { Engine } from './engine.ts';
import type { Node } from './nodes.ts';

export function watchWhileShown(server: Server, engine: Engine, view: TreeView<Node>): Disposable {
  let watching: CancellationTokenSource | undefined;
  let look: NodeJS.Timeout | undefined;
  const stop = () => {
    watching?.cancel();
    watching = undefined;
  };
  const watch = async () => {
    const source = new CancellationTokenSource();
    watching = source;
    for (let wait = shortest; ; wait = Math.min(wait * 2, longest)) {
      try {
        await server.ask(watchEngine, null, source.token);
        return;
      } catch {
        // The process that reads images has ended, by itself or with the language server.
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (watching !== source) return;
    }
  };
  const update = () => {
    if (!view.visible || !workspace.isTrusted) stop();
    else if (!watching) void watch();
  };
  const lookSoon = () => {
    if (!view.visible) return;
    // A build says a dozen things in a second.
    look ??= setTimeout(() => {
      look = undefined;
      void engine.look();
    }, together);
  };
  update();
  return Disposable.from(
    view.onDidChangeVisibility(update),
    workspace.onDidGrantWorkspaceTrust(update),
    server.onEngineChange(lookSoon),
    // Some engines tell nothing, such as a Podman that keeps no events.
    window.onDidChangeWindowState(({ focused }) => focused && lookSoon()),
    new Disposable(() => {
      clearTimeout(look);
      stop();
    }),
  );
}

/** Milliseconds. */
const together = 200;
const shortest = 1000;
const longest = 60_000;
