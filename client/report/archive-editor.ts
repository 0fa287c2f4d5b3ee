/** “Reopen/Open With… → Container image”: an archive in place of its bytes. One image is shown as its report; the others are in the “Images” view. */
import { type Disposable, type Uri, window } from 'vscode';
import { isOnDisk } from '../commands/open-archive.ts';
import type { Explorer } from '../explorer/explorer.ts';
import { visible } from '../visible.ts';
import { type Reports, webviewOptions } from './report.ts';

export function archiveEditor({ archives, tree, show }: Explorer, reports: Reports): Disposable {
  return window.registerCustomEditorProvider(
    'distroless.archive',
    {
      openCustomDocument: (uri: Uri) => ({ uri, dispose() {} }),
      async resolveCustomEditor({ uri }, panel) {
        if (!isOnDisk(uri)) return panel.dispose();
        const listing = await archives.open(uri.fsPath);
        const [image, ...others] = listing.kind === 'listed' ? listing.images : [];
        await show(tree.archiveRow(uri.fsPath), { focus: false });
        if (!image || others.length > 0) return panel.dispose();
        panel.webview.options = webviewOptions;
        await reports.fill(panel, image.reference, visible(image.name));
      },
    },
    { webviewOptions: { retainContextWhenHidden: true }, supportsMultipleEditorsPerDocument: false },
  );
}
