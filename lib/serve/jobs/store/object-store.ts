/** Whole objects under keys such as `shards/000/a.jsonl`: a folder of this machine's, or a bucket. */
export interface ObjectStore {
  /** Where it is, as users write it and as other machines find it. */
  readonly url: string;
  /** @throws JobError `STORE_FAILED` */
  has(key: string): Promise<boolean>;
  /**
   * The bytes of an object.
   * @returns undefined where there is none
   * @throws JobError `STORE_FAILED`, also while they are read
   */
  read(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * Writes an object, whole or not at all, unless it is there: the first writer's stays.
   * @returns whether it was written
   * @throws JobError `STORE_FAILED`
   */
  put(key: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Keys of all objects that begin with `prefix`, a folder with its slash.
   * @throws JobError `STORE_FAILED`
   */
  list(prefix: string): AsyncIterable<string>;
}

/**
 * All bytes of an object at once, for those that are small.
 * @returns undefined where there is none
 * @throws JobError `STORE_FAILED`
 */
export async function readObject(store: ObjectStore, key: string): Promise<Buffer | undefined> {
  const bytes = await store.read(key);
  if (bytes === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}
