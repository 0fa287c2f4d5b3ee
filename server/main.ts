#!/usr/bin/env node
/** Entry of the language server: `--stdio`, or `--node-ipc` as the editor starts it. */
import { extname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { startServer } from './lsp/server.ts';

if (
  !process.argv.some((argument) => ['--stdio', '--node-ipc'].includes(argument) || argument.startsWith('--socket='))
) {
  process.stderr.write('Say how to talk to the language server: --stdio or --node-ipc.\n');
  process.exit(2);
}

// V8 would let the heap grow to several times what is in use before it tidies up; an edit is a short-lived thing. Unknown flags are no error.
setFlagsFromString('--heap-growing-percent=30');

startServer(createConnection(ProposedFeatures.all), {
  imageProcess: join(import.meta.dirname, `image-process${extname(import.meta.filename)}`),
  rulePages: join(import.meta.dirname, 'rules'),
});
