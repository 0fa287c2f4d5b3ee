/** Test only: evaluates what a test sends over a socket, inside the editor, so that a test can ask for exact answers. */
const http = require('node:http');
const fs = require('node:fs');
const vscode = require('vscode');

exports.activate = (context) => {
  const socket = process.env.DISTROLESS_TEST_PROBE;
  if (!socket) return;
  fs.rmSync(socket, { force: true });
  const server = http.createServer(async (request, response) => {
    let answer;
    try {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { code, argument } = JSON.parse(body);
      answer = { value: await new Function(`return ${code}`)()(vscode, argument) };
    } catch (error) {
      answer = { error: String(error?.stack ?? error) };
    }
    response.end(JSON.stringify(answer));
  });
  server.listen(socket);
  context.subscriptions.push({ dispose: () => server.close() });
};
