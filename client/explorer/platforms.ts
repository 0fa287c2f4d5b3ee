/** For which platform an image is opened, where the user has chosen one: remembered with the workspace. */
import { type Disposable, EventEmitter, type Memento } from 'vscode';
import { forPlatform, withoutPlatform } from '../../server/protocol.ts';

const key = 'platforms';

export class Platforms implements Disposable {
  readonly #memory: Memento;
  readonly #changed = new EventEmitter<string>();

  /** The reference, as it was, of an image for which another platform counts now. */
  readonly onChange = this.#changed.event;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  /** The reference of the image as it is for the platform that was chosen. */
  of(reference: string): string {
    const chosen = this.#chosen[reference];
    return forPlatform(reference, typeof chosen === 'string' ? chosen : undefined);
  }

  /** `reference` is one without a platform; no platform: the one that the source of the image takes by itself. */
  async choose(reference: string, platform: string | undefined): Promise<void> {
    const before = this.of(reference);
    if (withoutPlatform(before).platform === platform) return;
    const { [reference]: _, ...others } = this.#chosen;
    await this.#memory.update(key, platform ? { ...others, [reference]: platform } : others);
    this.#changed.fire(before);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  get #chosen(): Readonly<Record<string, unknown>> {
    return this.#memory.get<Record<string, unknown>>(key) ?? {};
  }
}
