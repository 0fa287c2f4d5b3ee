/**
 * Findings as diagnostics, published for the last version only: edits that come faster than they are checked are checked once. What is
 * known at once is published at once; then the folder around is looked at, and what that changes is published after.
 */
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type Connection,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver';
import type { Finding, Severity } from '../rules/rule.ts';
import type { Surroundings } from '../workspace/workspace.ts';
import type { OpenDocuments } from './documents.ts';
import type { Judge } from './findings.ts';
import type { SettingsReader } from './settings.ts';

const SEVERITY: Record<Severity, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** What they mark does nothing, so it is shown faded. */
const UNNECESSARY: ReadonlySet<string> = new Set(['unused-stage', 'repeated-instruction']);

/** An editor shows no more of a file, and a file that has more was made for that. */
const MOST_SHOWN = 1_000;

/** Milliseconds without an edit. */
const QUIET = 200;

export interface Diagnostics {
  /** Something around the documents has changed. */
  lookAgain(): void;
}

export function publishDiagnostics(
  connection: Connection,
  documents: OpenDocuments,
  settings: SettingsReader,
  judge: Judge,
  rulePages: string,
): Diagnostics {
  const waiting = new Set<string>();
  let scheduled = false;
  /** What was published last, by document. */
  const shown = new Map<string, string>();
  const looking = new Map<string, { again: boolean }>();
  const tell = teller(connection);
  const pages = pathToFileURL(join(rulePages, '/')).href;
  /** Looks that wait until nobody types. A document that was just opened is looked around at once. */
  const quiet = new Map<string, NodeJS.Timeout | undefined>();

  const schedule = (uri: string) => {
    waiting.add(uri);
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => void check());
  };
  const check = async () => {
    await settings.get();
    scheduled = false;
    const uris = [...waiting];
    waiting.clear();
    for (const uri of uris) {
      await publish(uri);
      if (!quiet.has(uri)) lookNow(uri);
      else {
        clearTimeout(quiet.get(uri));
        quiet.set(uri, setTimeout(lookNow, QUIET, uri));
      }
    }
  };
  const publish = async (uri: string, onlyIfChanged = false) => {
    const document = documents.get(uri);
    if (!document) return;
    const findings = await judge.findings(document);
    // Another version, or none any more: whoever brought that about has it checked.
    if (documents.get(uri) !== document) return;
    const diagnostics = gravest(findings).map((finding) => toDiagnostic(finding, pages));
    const now = JSON.stringify([document.version, diagnostics]);
    if (onlyIfChanged && shown.get(uri) === now) return;
    shown.set(uri, now);
    await connection.sendDiagnostics({ uri, version: document.version, diagnostics });
  };
  const lookNow = (uri: string) => {
    clearTimeout(quiet.get(uri));
    if (!documents.get(uri)) return void quiet.delete(uri);
    quiet.set(uri, undefined);
    lookAround(uri).catch((error: unknown) => connection.console.error(String(error)));
  };
  const lookAround = async (uri: string) => {
    const running = looking.get(uri);
    if (running) {
      running.again = true;
      return;
    }
    const turn = { again: true };
    looking.set(uri, turn);
    try {
      while (turn.again) {
        turn.again = false;
        const document = documents.get(uri);
        const surroundings = document && (await judge.look(document));
        if (!surroundings) continue;
        tell(surroundings);
        await publish(uri, true);
      }
    } finally {
      looking.delete(uri);
    }
  };
  const everywhere = () => {
    for (const uri of documents.all()) schedule(uri);
  };

  documents.onChange(schedule);
  documents.onClose((uri) => {
    waiting.delete(uri);
    shown.delete(uri);
    clearTimeout(quiet.get(uri));
    quiet.delete(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [] });
  });
  documents.onProjectFile(everywhere);
  settings.onChange(everywhere);
  return {
    lookAgain() {
      for (const uri of documents.all()) lookNow(uri);
    },
  };
}

/** Says once what is wrong with the project file, and again when it was mended and is broken anew; what matters less goes to the log. */
function teller(connection: Connection): (surroundings: Surroundings) => void {
  const told = new Map<string, ReadonlySet<string>>();
  const logged = new Set<string>();
  return ({ projectFile, problems, remarks }) => {
    for (const problem of problems) {
      if (told.get(projectFile.path)?.has(problem)) continue;
      connection.console.warn(problem);
      // A message shows its first words only, which would be those of a long path.
      const message = problem.replaceAll(projectFile.path, shortPath(projectFile.path));
      void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
    }
    told.set(projectFile.path, new Set(problems));
    for (const remark of remarks) {
      if (logged.has(remark)) continue;
      logged.add(remark);
      connection.console.warn(remark);
    }
  };
}

/** The file with its folder. */
const shortPath = (path: string) => join(basename(dirname(path)), basename(path));

/** Those that matter most, in the order of the text. */
function gravest(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= MOST_SHOWN) return findings;
  const rank = ({ severity }: Finding) => SEVERITY[severity];
  const chosen = new Set(findings.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_SHOWN));
  return findings.filter((finding) => chosen.has(finding));
}

function toDiagnostic({ rule, severity, message, range }: Finding, pages: string): Diagnostic {
  return {
    source: 'distroless',
    code: rule,
    codeDescription: { href: `${pages}${rule}.md` },
    severity: SEVERITY[severity],
    message,
    range,
    ...(UNNECESSARY.has(rule) ? { tags: [DiagnosticTag.Unnecessary] } : {}),
  };
}
