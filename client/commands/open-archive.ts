/** Distroless: Open Image Archive…, Open OCI Layout Folder…, and “Explore as Container Image” on a file. */
import { homedir } from 'node:os';
import { commands, Disposable, Uri, window, workspace } from 'vscode';
import type { Explorer } from '../explorer/explorer.ts';
import { inMessage } from '../visible.ts';

export function openArchiveCommands(explorer: Explorer): Disposable {
  const open = async (what: unknown, folder: boolean) => {
    const uri = what instanceof Uri ? what : typeof what === 'string' ? Uri.file(what) : await ask(folder);
    if (!uri || !isOnDisk(uri)) return;
    const listing = explorer.archives.open(uri.fsPath);
    await commands.executeCommand('distroless.images.focus');
    await listing;
    await explorer.show(explorer.tree.archiveRow(uri.fsPath));
  };
  return Disposable.from(
    commands.registerCommand('distroless.openArchive', (what?: unknown) => open(what, false)),
    commands.registerCommand('distroless.openLayout', (what?: unknown) => open(what, true)),
    commands.registerCommand('distroless.exploreFile', (what?: unknown) => open(what, false)),
  );
}

/** Otherwise the user is told. */
export function isOnDisk(uri: Uri): boolean {
  if (uri.scheme === 'file') return true;
  void window.showErrorMessage(
    `“${inMessage(uri.path)}” is not on a disk that can be read here. Copy it to a local folder and open it there.`,
  );
  return false;
}

async function ask(folder: boolean): Promise<Uri | undefined> {
  // Archives are read from the disk: where the workspace is elsewhere, the dialog would only show that.
  const workspaceFolder = workspace.workspaceFolders?.[0]?.uri;
  const defaultUri = workspaceFolder?.scheme === 'file' ? workspaceFolder : Uri.file(homedir());
  const picked = await window.showOpenDialog({
    title: folder ? 'Open OCI Layout Folder' : 'Open Image Archive',
    openLabel: 'Open',
    canSelectFiles: !folder,
    canSelectFolders: folder,
    defaultUri,
    ...(folder ? {} : { filters: { 'Image archives': ['tar', 'gz', 'tgz', 'zst', 'tzst'], 'All files': ['*'] } }),
  });
  return picked?.[0];
}
