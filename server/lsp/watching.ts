/** Has the client tell of files that rules read, and has the open Dockerfiles judged again when one changes, comes or goes. */
import { type Connection, DidChangeWatchedFilesNotification } from 'vscode-languageserver';
import type { Diagnostics } from './diagnostics.ts';
import type { Judge } from './findings.ts';

const WATCHED = [
  '**/.distroless.json',
  '**/{compose,docker-compose}*.{yml,yaml}',
  '**/docker-bake*.{hcl,json}',
  '**/{.dockerignore,*.dockerignore}',
  '**/{package.json,go.mod,requirements*.txt,pyproject.toml,Cargo.toml,*.csproj}',
  '**/requirements/**/*.txt',
  '**/*.sh',
];

export function watchFiles(
  connection: Connection,
  judge: Judge,
  diagnostics: Diagnostics,
): { register(): Promise<void> } {
  connection.onDidChangeWatchedFiles(() => {
    judge.filesChanged();
    diagnostics.lookAgain();
  });
  return {
    async register() {
      const watchers = WATCHED.map((globPattern) => ({ globPattern }));
      await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    },
  };
}
