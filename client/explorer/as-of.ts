/** As of which layer the files of an image are shown, besides as they are in the end: of each image one layer at a time. */
import { commands, type Disposable, EventEmitter } from 'vscode';

export class AsOf implements Disposable {
  readonly #layers = new Map<string, number>();
  readonly #changed = new EventEmitter<string>();

  /** The reference of the image. */
  readonly onChange = this.#changed.event;

  /** Counted from 0; undefined where none is chosen. */
  layer(reference: string): number | undefined {
    return this.#layers.get(reference);
  }

  /** The images of which one is chosen. */
  get references(): readonly string[] {
    return [...this.#layers.keys()];
  }

  show(reference: string, layer: number): void {
    this.#layers.set(reference, layer);
    this.#tell(reference);
  }

  close(reference: string): void {
    if (this.#layers.delete(reference)) this.#tell(reference);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #tell(reference: string): void {
    // The keys that step through the layers do so while there is something to step.
    void commands.executeCommand('setContext', 'distroless.asOf', this.#layers.size > 0);
    this.#changed.fire(reference);
  }
}
