/** The container engine, as far as it has answered. */
import { type Disposable, EventEmitter } from 'vscode';
import { type EngineState, listEngine } from '../../server/protocol.ts';
import type { Server } from '../server.ts';
import { sentence } from './images.ts';

export type EngineAnswer =
  | EngineState
  | { readonly kind: 'asking' }
  | { readonly kind: 'restricted' }
  | { readonly kind: 'failed'; readonly message: string };

export class Engine implements Disposable {
  readonly #server: Server;
  readonly #changed = new EventEmitter<void>();
  readonly #replaced = new EventEmitter<string>();
  #trusted: boolean;
  #answer: EngineAnswer = { kind: 'asking' };
  #asked: Promise<void> | undefined;

  /** It has answered, or has not; or its answer is another than before. */
  readonly onChange = this.#changed.event;
  /** The reference of an image that is another one now, or gone; or of a container that was started, ended or removed. */
  readonly onReplaced = this.#replaced.event;

  constructor(server: Server, trusted: boolean) {
    this.#server = server;
    this.#trusted = trusted;
  }

  get answer(): EngineAnswer {
    return this.#answer;
  }

  /** Once. Resolves when it has answered, or has not. */
  ask(): Promise<void> {
    if (!this.#asked) {
      const asked = this.#list().then((answer) => {
        // Asked again meanwhile: the later answer counts.
        if (this.#asked !== asked) return;
        this.#answer = answer;
        this.#changed.fire();
      });
      this.#asked = asked;
    }
    return this.#asked;
  }

  askAgain(trusted = this.#trusted): Promise<void> {
    this.#trusted = trusted;
    this.#asked = undefined;
    return this.ask();
  }

  /** Asks again, and says nothing where the answer is the same. */
  async look(): Promise<void> {
    const asked = this.#asked;
    await asked;
    if (!asked || this.#asked !== asked) return;
    const answer = await this.#list();
    // Asked from the beginning meanwhile.
    if (this.#asked !== asked || JSON.stringify(answer) === JSON.stringify(this.#answer)) return;
    const before = this.#answer;
    this.#answer = answer;
    if (before.kind === 'connected' && answer.kind === 'connected') {
      const ids = new Map(answer.images.map(({ reference, id }) => [reference, id]));
      for (const { reference, id } of before.images) if (ids.get(reference) !== id) this.#replaced.fire(reference);
      const states = new Map(answer.containers.map(({ reference, state }) => [reference, state]));
      for (const { reference, state } of before.containers)
        if (states.get(reference) !== state) this.#replaced.fire(reference);
    }
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
    this.#replaced.dispose();
  }

  async #list(): Promise<EngineAnswer> {
    if (!this.#trusted) return { kind: 'restricted' };
    try {
      return await this.#server.ask(listEngine, null);
    } catch (error) {
      return { kind: 'failed', message: sentence(error) };
    }
  }
}
