import { PassThrough, Readable } from "node:stream";
import { expect, it } from "vitest";
import { TextFiles } from "../../../lib/cli/arguments/read-prompt.js";
import { Interrupted, type CliIo } from "../../../lib/cli/terminal/cli-io.js";
import { LARGEST_RECORD_BYTES } from "../../../lib/formats/json/parse-json.js";

function reading(stdin: AsyncIterable<Uint8Array>, signal = new AbortController().signal): TextFiles {
  return new TextFiles({ stdin, signal } as CliIo);
}

it.each(["while something is missing", "before anything came"])(
  "Ctrl-C %s ends the reading of standard input as an interruption",
  async (when) => {
    const stdin = new PassThrough();
    const interruption = new AbortController();
    if (when === "while something is missing") stdin.write('[{"role":');
    const read = reading(stdin, interruption.signal).bytes("--messages", "-");
    // What the program does on the first signal.
    interruption.abort(new Interrupted());
    stdin.destroy();
    await expect(read).rejects.toBeInstanceOf(Interrupted);
  },
);

it("an input without an end is refused, and no more of it is held than anything scored may have", async () => {
  const piece = Buffer.alloc(8 << 20, "a");
  let taken = 0;
  function* pieces(): Iterable<Uint8Array> {
    for (;;) {
      taken += piece.length;
      yield piece;
    }
  }
  await expect(reading(Readable.from(pieces())).text("--prompt-file", "-")).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: "Expected --prompt-file to have at most 64 MiB but standard input has more.",
  });
  // A stream reads some pieces ahead.
  expect(taken).toBeLessThan(4 * LARGEST_RECORD_BYTES);
});
