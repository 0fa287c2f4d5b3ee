/** The images in registries that the user has opened: their names, remembered with the workspace. Nothing is asked of a registry before its row is opened. */
import { type Disposable, EventEmitter, type Memento } from 'vscode';

const key = 'registries';

export class Registries implements Disposable {
  readonly #memory: Memento;
  readonly #changed = new EventEmitter<void>();

  readonly onChange = this.#changed.event;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  /** As the user wrote them: `ghcr.io/team/app:1.0`. */
  get names(): readonly string[] {
    const names = this.#memory.get<unknown>(key);
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  }

  async open(name: string): Promise<void> {
    if (!this.names.includes(name)) await this.#memory.update(key, [...this.names, name]);
    this.#changed.fire();
  }

  async close(name: string): Promise<void> {
    await this.#memory.update(
      key,
      this.names.filter((other) => other !== name),
    );
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** What the image is asked for by. */
export const registryReference = (name: string): string => `docker://${name}`;
