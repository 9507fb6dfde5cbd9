import path from "node:path";
import { InvalidArgumentError } from "../../errors.js";
import { hubDatasetId } from "../../data/dataset/hub-dataset.js";
import { fileSize } from "../../util/files/optional-file.js";
import { parseBucketPlace } from "./store/bucket-place.js";
import { copiesOf, copyObject } from "./store/local-copy.js";
import { openStore } from "./store/open-store.js";

/** The name of a dataset on every machine: of a path the absolute one. */
export function inputName(input: string): string {
  const isElsewhere = hubDatasetId(input) !== undefined || parseBucketPlace(input) !== undefined;
  return isElsewhere ? input : path.resolve(input);
}

/**
 * What `openDataset` reads for a dataset's name: an object of a bucket is copied to this machine.
 * @param sizeBytes of the object, where that is known: a copy of that size is taken for it, since each shard's records are compared with
 * their digest
 * @throws InvalidArgumentError no object is named; JobError `STORE_FAILED`; `signal.reason`
 */
export async function localInput(
  name: string,
  sizeBytes: number | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const place = parseBucketPlace(name);
  if (place === undefined) return name;
  const key = path.posix.basename(place.prefix);
  if (key === "") throw new InvalidArgumentError(`Expected s3://bucket/file for INPUT but received ${name}.`);
  const file = path.join(copiesOf(name), key);
  if (sizeBytes !== undefined && (await fileSize(file)) === sizeBytes) return file;
  const folder = name.replace(/\/+$/, "").slice(0, -key.length);
  await copyObject(await openStore(folder), key, file, signal);
  return file;
}
