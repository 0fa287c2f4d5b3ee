/** Starts the language server and puts each feature on it. */
import { type ExtensionContext, window } from 'vscode';
import { asOfCommands } from './commands/as-of.ts';
import { chooseEngineCommand } from './commands/choose-engine.ts';
import { choosePlatformCommand } from './commands/choose-platform.ts';
import { clearCacheCommand } from './commands/clear-cache.ts';
import { closeArchiveCommand } from './commands/close-archive.ts';
import { compareCommands } from './commands/compare.ts';
import { convertCommands } from './commands/convert.ts';
import { copyPathCommand } from './commands/copy-path.ts';
import { dockerfileLineCommand } from './commands/dockerfile-line.ts';
import { exploreBaseCommand } from './commands/explore-base.ts';
import { groupCommand } from './commands/group.ts';
import { openArchiveCommands } from './commands/open-archive.ts';
import { registryCommands } from './commands/open-registry.ts';
import { readingCommands } from './commands/reading.ts';
import { refreshCommand } from './commands/refresh.ts';
import { restartServerCommand } from './commands/restart-server.ts';
import { saveFileCommand } from './commands/save-file.ts';
import { searchCommand } from './commands/search.ts';
import { showFlaggedCommands } from './commands/show-flagged.ts';
import { showMoreCommand } from './commands/show-more.ts';
import { sortCommands } from './commands/sort.ts';
import { whyHereCommand } from './commands/why-here.ts';
import { createExplorer } from './explorer/explorer.ts';
import { watchOtherCheckers } from './other-checkers.ts';
import { archiveEditor } from './report/archive-editor.ts';
import { createReports } from './report/report.ts';
import { startServer } from './server.ts';

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Distroless', { log: true });
  const server = startServer(context, log);
  const explorer = createExplorer(context, server);
  const reports = createReports(context, server, explorer);
  context.subscriptions.push(
    log,
    server,
    watchOtherCheckers(server),
    convertCommands(server),
    restartServerCommand(server),
    clearCacheCommand(server),
    chooseEngineCommand(server, explorer),
    choosePlatformCommand(explorer),
    refreshCommand(explorer),
    openArchiveCommands(explorer),
    closeArchiveCommand(explorer),
    ...compareCommands(explorer),
    registryCommands(explorer),
    exploreBaseCommand(server, explorer),
    readingCommands(explorer),
    showFlaggedCommands(explorer),
    showMoreCommand(explorer),
    copyPathCommand(explorer),
    searchCommand(explorer),
    asOfCommands(explorer),
    sortCommands(explorer),
    groupCommand(explorer),
    whyHereCommand(explorer),
    dockerfileLineCommand(explorer),
    saveFileCommand(explorer),
    reports,
    archiveEditor(explorer, reports),
  );
}
