import { parseBucketPlace } from "./bucket-place.js";
import { FolderStore } from "./folder-store.js";
import type { ObjectStore } from "./object-store.js";

/**
 * Opens the place of a run: a folder, or `s3://bucket/prefix`.
 * @throws InvalidArgumentError another kind of URL; JobError `STORE_FAILED` the AWS SDK is not installed
 */
export async function openStore(place: string): Promise<ObjectStore> {
  const bucket = parseBucketPlace(place);
  if (bucket === undefined) return new FolderStore(place);
  // Only who has a bucket has its package.
  const { S3Store } = await import("./s3-store.js");
  return S3Store.open(bucket);
}
