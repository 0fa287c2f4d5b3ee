/** Which Dockerfile of the workspace an image was built of, and which of its lines made which step of the image's history. */
import { pathToFileURL } from 'node:url';
import type { CancellationToken, Connection } from 'vscode-languageserver';
import type { Dockerfile, Instruction } from '../dockerfile/dockerfile.ts';
import { historyLines } from '../dockerfile/history-lines.ts';
import { readDockerfile } from '../dockerfile/read-dockerfile.ts';
import { type DockerfileOfImage, dockerfilesOfImage } from '../protocol.ts';
import { createFileReader } from '../workspace/files.ts';
import { findDockerfiles } from '../workspace/find-builds.ts';
import type { OpenDocuments } from './documents.ts';
import { pathOf } from './paths.ts';

/** Characters of a file, and steps of a history, of which more are nobody's. */
const LARGEST_FILE = 256 * 1024;
const MOST_STEPS = 500;
const LONGEST_STEP = 64 * 1024;
/** Stages of one file that are tried, the one that a plain build makes first. */
const MOST_STAGES = 30;

/** `folders`: the `file:` URIs of the workspace. */
export function offerHistory(connection: Connection, documents: OpenDocuments, folders: readonly string[]): void {
  const files = createFileReader();

  async function* dockerfiles(): AsyncGenerator<{ uri: string; dockerfile: Dockerfile }> {
    const open = new Set<string | undefined>();
    for (const uri of documents.all()) {
      const document = documents.get(uri);
      open.add(pathOf(uri));
      if (document) yield document;
    }
    for (const root of new Set(folders.map(pathOf))) {
      if (root === undefined) continue;
      for (const path of await findDockerfiles(root)) {
        if (open.has(path)) continue;
        open.add(path);
        const text = (await files.read(path, root))?.text;
        if (text !== undefined && text.length <= LARGEST_FILE)
          yield { uri: pathToFileURL(path).href, dockerfile: readDockerfile(text) };
      }
    }
  }

  connection.onRequest<readonly DockerfileOfImage[], unknown>(
    dockerfilesOfImage.method,
    async ({ history }: { history: readonly (string | null)[] }, token: CancellationToken) => {
      const steps = history.map((step) => (step && step.length <= LONGEST_STEP ? step : undefined));
      if (steps.length > MOST_STEPS) return [];
      let best: readonly { uri: string; match: Match }[] = [];
      for await (const { uri, dockerfile } of dockerfiles()) {
        if (token.isCancellationRequested) return [];
        const match = bestMatch(dockerfile, steps);
        const order = match ? compare(match, best[0]?.match) : -1;
        if (match && order >= 0) best = order > 0 ? [{ uri, match }] : [...best, { uri, match }];
      }
      return best.map(({ uri, match }) => ({
        uri,
        complete: match.complete,
        steps: match.steps.map((step) =>
          step ? { line: step.range.start.line, text: textOf(match.dockerfile, step) } : null,
        ),
      }));
    },
  );
}

interface Match {
  readonly dockerfile: Dockerfile;
  readonly steps: readonly (Instruction | undefined)[];
  readonly found: number;
  readonly complete: boolean;
}

/** Of the stages, that which has most in common with the history, if that is enough to tell. */
function bestMatch(dockerfile: Dockerfile, history: readonly (string | undefined)[]): Match | undefined {
  let best: Match | undefined;
  for (const { index } of dockerfile.stages.toReversed().slice(0, MOST_STAGES)) {
    const { steps, ofBase } = historyLines(dockerfile, history, index);
    const made = steps.filter((step) => step !== undefined);
    const match = { dockerfile, steps, found: made.length, complete: ofBase !== undefined };
    if (tells(made, match.complete) && compare(match, best) > 0) best = match;
  }
  return best;
}

/** `WORKDIR /app` and `CMD ["node"]` stand in files of any project: something that made files has to be the same, and unless it is all, not just that. */
function tells(made: readonly Instruction[], complete: boolean): boolean {
  return made.some(({ keyword }) => FILE_MAKERS.has(keyword)) && (complete || made.length >= 3);
}

const FILE_MAKERS: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD']);

/** Above 0 where the first is the better one. */
function compare(a: Match, b: Match | undefined): number {
  return b ? Number(a.complete) - Number(b.complete) || a.found - b.found : 1;
}

/** In one line: a heredoc's body or a line that goes on follow in the editor. */
function textOf({ text, lines }: Dockerfile, { range }: Instruction): string {
  const from = lines.offset(range.start);
  return text.slice(from, Math.min(lines.offset(range.end), from + 500)).replace(/\s*[\\`]?\r?\n\s*/g, ' ');
}
