/** What asking an engine and asking a registry have in common. */
import type { IncomingMessage } from 'node:http';

/** What went wrong with a request. `code` is the system's or the other side's own; `status` is that of a refusal. */
export class RequestError<Kind extends string> extends Error {
  readonly kind: Kind;
  readonly code: string | undefined;
  readonly status: number | undefined;
  constructor(
    kind: Kind,
    message: string,
    more: { code?: string | undefined; status?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.kind = kind;
    this.code = more.code;
    this.status = more.status;
  }
}

/** The body of an answer. `late` is aborted, which is to end the answer, when it stands still for `idle` milliseconds while more is wanted: whoever reads may take their time. */
export async function* chunksOf(
  response: IncomingMessage,
  idle: number,
  late: AbortController,
): AsyncGenerator<Uint8Array> {
  const source = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const timer = setTimeout(() => late.abort(), idle);
      const next = await source.next().finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    response.destroy();
  }
}
