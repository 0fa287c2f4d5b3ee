/** Other extensions that say what BuildKit's own checks say, so that it is not said twice. */
import { type Disposable, extensions } from 'vscode';
import { otherCheckersChanged } from '../server/protocol.ts';
import type { Server } from './server.ts';

/** Docker DX has BuildKit check, tally holds BuildKit's checks; Container Tools and hadolint have rules of their own for the same. */
const OTHERS = ['docker.docker', 'ms-azuretools.vscode-containers', 'exiasr.hadolint', 'wharflab.tally'];

/** Whether one is installed and enabled. */
export function otherCheckers(): boolean {
  return OTHERS.some((id) => extensions.getExtension(id) !== undefined);
}

/** Tells the server when one comes or goes. */
export function watchOtherCheckers({ client }: Server): Disposable {
  let known = otherCheckers();
  return extensions.onDidChange(() => {
    const now = otherCheckers();
    if (now === known) return;
    known = now;
    if (client.isRunning()) void client.sendNotification(otherCheckersChanged, { otherCheckers: now });
  });
}
