import { createGunzip } from "node:zlib";

/**
 * Unpacks gzip bytes. All pieces before the broken one come out before the error of a broken or truncated stream does, however
 * slowly it is read: Node's own streams drop what waits in their buffers when an error comes, so that the number of rows
 * would depend on the speed of the reader.
 * @param packed in small pieces: what one piece unpacks to is held in memory
 */
export async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const stream = createGunzip();
  let failure: Error | undefined;
  let unpacked: Uint8Array[] = [];
  stream.on("data", (chunk: Uint8Array) => unpacked.push(chunk));
  const ended = new Promise<void>((resolve) => {
    stream.once("end", resolve).once("error", (error: Error) => {
      failure = error;
      resolve();
    });
  });
  const take = (): Uint8Array[] => {
    const taken = unpacked;
    unpacked = [];
    return taken;
  };
  try {
    for await (const piece of packed) {
      const written = new Promise<void>((resolve) => {
        stream.write(piece, () => {
          resolve();
        });
      });
      // A stream that failed does not answer every write.
      await Promise.race([written, ended]);
      yield* take();
      if (failure !== undefined) break;
    }
    if (failure === undefined) stream.end();
    await ended;
    yield* take();
    if (failure !== undefined) throw failure;
  } finally {
    stream.destroy();
  }
}
