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
  #trusted: boolean;
  #answer: EngineAnswer = { kind: 'asking' };
  #asked: Promise<void> | undefined;

  /** It has answered, or has not. */
  readonly onChange = this.#changed.event;

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

  dispose(): void {
    this.#changed.dispose();
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
