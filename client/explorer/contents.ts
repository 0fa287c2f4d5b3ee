/** Files of images as read-only documents: texts as they are, others as a sentence and their bytes. */
import {
  CancellationError,
  type Disposable,
  EventEmitter,
  type FileChangeEvent,
  FilePermission,
  type FileStat,
  FileSystemError,
  type FileSystemProvider,
  FileType,
  type Uri,
  workspace,
} from 'vscode';
import { visible } from '../visible.ts';
import { type FileAddress, fileAddress, imageScheme } from './address.ts';
import { hexDump } from './hex.ts';
import { type Images, sentence } from './images.ts';
import { sizeWords } from './words.ts';

/** More than that is no reading matter, and would cost the editor its swiftness. */
const limit = 5_000_000;
/** Of binary files. Each byte takes five characters. */
const hexLimit = 200_000;

export function registerContents(images: Images): Disposable {
  const changed = new EventEmitter<FileChangeEvent[]>();
  const readOnly = (uri: Uri): never => {
    throw FileSystemError.NoPermissions(`What is in an image cannot be changed: ${uri.path}`);
  };
  const provider: FileSystemProvider = {
    onDidChangeFile: changed.event,
    watch: () => ({ dispose() {} }),
    // The size is known when the file has been read, and the editor does not need it before.
    stat: (uri): FileStat => {
      addressOf(uri);
      return { type: FileType.File, ctime: 0, mtime: 0, size: 0, permissions: FilePermission.Readonly };
    },
    readFile: async (uri) => Buffer.from(await textOf(images, addressOf(uri))),
    readDirectory: () => [],
    createDirectory: readOnly,
    writeFile: readOnly,
    delete: readOnly,
    rename: readOnly,
  };
  const registration = workspace.registerFileSystemProvider(imageScheme, provider, {
    isCaseSensitive: true,
    isReadonly: true,
  });
  return {
    dispose() {
      registration.dispose();
      changed.dispose();
    },
  };
}

function addressOf(uri: Uri): FileAddress {
  const address = fileAddress(uri);
  if (!address) throw FileSystemError.FileNotFound(uri);
  return address;
}

async function textOf(images: Images, address: FileAddress): Promise<Uint8Array | string> {
  const name = `“${visible(address.path)}”`;
  if (!workspace.isTrusted && /^docker-(daemon|container):/.test(address.reference)) {
    return `${name} cannot be shown. In Restricted Mode the engine is not asked.\n`;
  }
  try {
    const { base64, size, truncated } = await images.file(address, limit);
    const bytes = Buffer.from(base64, 'base64');
    if (!isText(bytes, truncated)) {
      const shown = bytes.subarray(0, hexLimit);
      const cut = size > shown.length ? ` Shown are the first ${sizeWords(shown.length)}.` : '';
      return `${name} is a binary file of ${sizeWords(size)}.${cut}\n\n${hexDump(shown)}\n`;
    }
    if (!truncated) return bytes;
    const note = `\n\n[Cut here: the first ${sizeWords(bytes.length)} of ${sizeWords(size)} are shown.]\n`;
    return Buffer.concat([bytes, Buffer.from(note)]);
  } catch (error) {
    if (error instanceof CancellationError) return `${name} was not read. Open it again to read it after all.\n`;
    return `${visible(sentence(error))}\n`;
  }
}

/** UTF-8 without NUL. Of a file that was cut, the last character may be half. */
function isText(bytes: Uint8Array, cut: boolean): boolean {
  if (bytes.includes(0)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut });
    return true;
  } catch {
    // Older texts in one-byte encodings are texts, too, when they hold no control characters.
    return !bytes.some(
      (byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c && byte !== 0x1b,
    );
  }
}
