/** What is played by servers of the tests on loopback, or in the real editor: which tests try it, by their names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tests that are run here: case, what, file, and the beginnings of their names. */
export const tested = [
  ['N1', 'redirects, and where passwords go', 'unit/images/registry', '^tokens: |^the password is told|^redirects'],
  ['N2', 'challenges, and servers of tokens', 'unit/images/registry', '^challenges|^a server of tokens'],
  ['N3', 'foreign layers', 'unit/images/registry', '^foreign layers'],
  ['N4', 'TLS, proxies, http', 'unit/images/registry', '^proxies|^http:// is|^where a registry may not'],
  ['N4', 'the proxy that the editor is set to', 'lsp/images', '^registries are asked through the proxy'],
  [
    'N4',
    'a proxy that wants a sign-in, one over TLS, and a way out of TLS',
    'docker/registry',
    '^a real proxy|^a proxy over TLS|^a registry over TLS',
  ],
  ['N5', 'silence, endless bodies', 'unit/images/registry', '^a registry that is silent|^more bytes than'],
  ['E1', 'no socket', 'docker/finding', '^no socket'],
  ['E2', 'a socket that may not be opened', 'docker/finding', '^a socket that may not'],
  ['E3', 'an engine that says nothing', 'docker/finding', '^a server that takes|^an engine that answers the greeting'],
  ['E4', 'an engine that dies mid-stream', 'docker/opening', '^a connection that breaks|^of a save that breaks'],
  ['E5', 'a stream that ends too early, without an error', 'unit/images/save-stream', '^a stream that ends too early'],
  ['E6', 'an engine that is restarted, also mid-stream', 'unit/images/engine-trouble', '^an engine that is restarted'],
  ['E7', 'what is no engine', 'docker/finding', 'is not an engine$|^a redirect|^an engine that refuses'],
  ['E8', 'a list of 300 MB', 'unit/images/engine-trouble', '^a list of images without end'],
  ['E9', 'cancelled', 'docker/opening', '^cancelling|^a scan that is left'],
  ['E10', 'an API that is too old, or too new', 'docker/finding', '^with an engine of API'],
  ['E11', 'an image removed while it is read', 'unit/images/engine-trouble', '^an image that is removed'],
  [
    'E11',
    'an engine whose disk is full',
    'docker/opening',
    '^a save that ends with the engine|^a save that is refused',
  ],
  ['E12', 'the image process killed', 'lsp/images', '^the image process dies'],
  ['E12', 'the image process out of memory', 'lsp/images', '^an image that takes too much memory'],
  ['E12', 'the command line out of memory', 'unit/cli/bounded', '^too many'],
  ['E13', 'a window that is closed while an image is read', 'unit/images/image-process', '^without its parent it ends'],
] as const;

/** In a real editor, which takes too long here. `npm run test:editor` and, the last, `npm run prove -- killing` try them. */
const elsewhere = [
  [
    'T18',
    'names that deceive, in the tree',
    'editor/explorer/odd.ts',
    'names that try to deceive are shown as they are',
  ],
  [
    'T18',
    'names made to come alive, on every surface',
    'editor/report.test.ts',
    'names that are made to come alive are text on every surface',
  ],
  ['T20', 'files as documents', 'editor/explorer/odd.ts', 'what a file is called starts nothing, and a large one'],
  ['E1', 'without an engine', 'editor/explorer/opening.ts', 'without an engine it says so, and what was tried'],
  ['E9', 'cancelled by the user', 'editor/engine.test.ts', 'reading can be cancelled, and begun again'],
  [
    'E12',
    'the language server started again',
    'editor/explorer/archives.ts',
    'a restart of the language server loses nothing',
  ],
  ['E12', 'the language server killed ten times', 'prove/killing.ts', 'past the client’s limit'],
] as const;

/** Each with whether it is still there under that name. */
export const namedElsewhere = elsewhere.map(([id, what, file, name]) => ({
  id,
  what,
  file: `test/${file}`,
  there: readFileSync(join(import.meta.dirname, '..', file), 'utf8').includes(name),
}));
