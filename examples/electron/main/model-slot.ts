import type { LoadSettings } from "../renderer/workspace/settings.js";

/** A model as far as it matters here. */
interface Closable {
  dispose(): Promise<void>;
}

type StartModel<Model> = (folder: string, signal: AbortSignal, load: LoadSettings) => Promise<Model>;

/**
 * One open model of the app. A page only names a folder; what it may name is what the user was shown or chose, since
 * opening a folder reads files, and on some systems reaches into the network.
 */
export class ModelSlot<Model extends Closable> {
  readonly #start: StartModel<Model>;
  readonly #offered = new Set<string>();
  #opening = new AbortController();
  #turn: Promise<void> = Promise.resolve();
  #model: Model | undefined;

  constructor(start: StartModel<Model>) {
    this.#start = start;
  }

  /** The open model, or undefined while there is none. */
  get model(): Model | undefined {
    return this.#model;
  }

  /** Lets a folder be opened from now on. */
  offer(folder: string): void {
    this.#offered.add(folder);
  }

  /**
   * Opens a folder in place of the model before. Of two at once the later one counts.
   * @returns what went wrong, or undefined when the model is open
   */
  async open(folder: unknown, load: LoadSettings = {}): Promise<string | undefined> {
    if (typeof folder !== "string" || !this.#offered.has(folder)) {
      return "Only a folder from the list, or one that was chosen in the dialog, can be opened.";
    }
    this.cancel();
    const { signal } = (this.#opening = new AbortController());
    const opened = this.#turn.then(async () => {
      await this.#release();
      signal.throwIfAborted();
      this.#model = await this.#start(folder, signal, load);
    });
    this.#turn = opened.catch(() => undefined);
    try {
      await opened;
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Gives up the opening in progress, if there is one. */
  cancel(): void {
    this.#opening.abort();
  }

  /** Gives up the opening in progress and closes the model; another one can be opened then. */
  async close(): Promise<void> {
    this.cancel();
    await this.#turn;
    await this.#release();
  }

  async #release(): Promise<void> {
    const last = this.#model;
    this.#model = undefined;
    await last?.dispose();
  }
}
