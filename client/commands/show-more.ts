/** What clicking “Show 1,000 more” does. */
import { commands, type Disposable } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';
import type { MoreNode } from '../explorer/nodes.ts';

export function showMoreCommand({ tree }: Explorer): Disposable {
  return commands.registerCommand('distroless.showMore', (node: MoreNode) => tree.showMore(node));
}
