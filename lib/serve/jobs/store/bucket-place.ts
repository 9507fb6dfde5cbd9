import { InvalidArgumentError } from "../../../errors.js";

/** A bucket, and what the keys in it begin with: empty, or with a slash at its end. */
export interface BucketPlace {
  bucket: string;
  prefix: string;
}

/**
 * Reads `s3://bucket/prefix`.
 * @returns undefined for a path
 * @throws InvalidArgumentError another kind of URL, or one without a bucket
 */
export function parseBucketPlace(place: string): BucketPlace | undefined {
  const {
    scheme,
    bucket,
    prefix = "",
  } = /^(?<scheme>[a-z][a-z0-9+.-]+):\/\/(?<bucket>[^/]*)\/?(?<prefix>.*)$/i.exec(place)?.groups ?? {};
  if (scheme === undefined) return undefined;
  if (scheme === "s3" && bucket !== undefined && bucket !== "")
    return { bucket, prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/` };
  throw new InvalidArgumentError(`Expected a folder or s3://bucket/prefix but received ${place}.`);
}
