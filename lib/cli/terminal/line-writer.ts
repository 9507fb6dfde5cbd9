import { once } from "node:events";
import type { Writable } from "node:stream";
import { FileError } from "../../errors.js";
import { printable, printableStyled } from "./printable.js";

/** Whoever read the output stopped reading, as `head` does: no fault, but nothing more to do. */
export class ClosedOutput extends Error {
  constructor() {
    super("The reader of the output has gone.");
  }
}

/** Writes whole lines to a stream, no faster than its reader reads, and nothing that a terminal would obey. */
export class LineWriter {
  readonly #stream: Writable;
  #failure: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("error", this.#onError);
  }

  /** @throws ClosedOutput; FileError `FILE_FAILED` when the stream cannot be written (disk full) */
  write(line: string): Promise<void> {
    return this.#write(`${printable(line)}\n`);
  }

  /** A line in which some has weight or colour. @throws ClosedOutput; FileError */
  writeStyled(line: string): Promise<void> {
    return this.#write(`${printableStyled(line)}\n`);
  }

  async #write(text: string): Promise<void> {
    this.#check();
    const hasRoom = this.#stream.write(text);
    if (hasRoom) return;
    try {
      await once(this.#stream, "drain");
    } catch {
      this.#check();
    }
  }

  /** Waits until everything is written, and lets go of the stream. */
  async end(): Promise<void> {
    if (this.#failure === undefined && this.#stream.writableLength > 0) {
      await new Promise<void>((resolve) =>
        this.#stream.write("", () => {
          resolve();
        }),
      );
    }
    this.#check();
    this.#stream.off("error", this.#onError);
  }

  readonly #onError = (error: Error): void => {
    this.#failure ??= error;
  };

  #check(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    const isClosed =
      "code" in failure && (failure.code === "EPIPE" || failure.code === "ERR_STREAM_DESTROYED");
    if (isClosed) throw new ClosedOutput();
    throw new FileError("FILE_FAILED", `The output cannot be written: ${failure.message}.`, {
      cause: failure,
    });
  }
}

/** Prints one text and waits until it is out. @throws ClosedOutput, FileError */
export async function printLine(stream: Writable, text: string): Promise<void> {
  const writer = new LineWriter(stream);
  await writer.write(text);
  await writer.end();
}

/** The same for text in which some has weight or colour. @throws ClosedOutput, FileError */
export async function printStyled(stream: Writable, text: string): Promise<void> {
  const writer = new LineWriter(stream);
  await writer.writeStyled(text);
  await writer.end();
}
