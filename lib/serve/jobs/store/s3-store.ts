import type * as Sdk from "@aws-sdk/client-s3";
import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { JobError } from "../../../errors.js";
import { messageOf } from "../../../util/caught.js";
import { optionalPackage } from "../../../util/optional-package.js";
import type { BucketPlace } from "./bucket-place.js";
import type { ObjectStore } from "./object-store.js";

const PACKAGE = "@aws-sdk/client-s3";

/**
 * Objects of a bucket of S3, or of what speaks its protocol. Region, endpoint and credentials are found where the AWS SDK looks for
 * them: `AWS_REGION`, `AWS_ENDPOINT_URL_S3`, `AWS_ACCESS_KEY_ID`, profiles, roles.
 */
export class S3Store implements ObjectStore {
  readonly url: string;
  readonly #sdk: typeof Sdk;
  readonly #client: S3Client;
  readonly #place: BucketPlace;

  private constructor(sdk: typeof Sdk, place: BucketPlace) {
    this.#sdk = sdk;
    this.#place = place;
    this.url = `s3://${place.bucket}/${place.prefix}`;
    this.#client = new sdk.S3Client(clientConfig());
  }

  /** @throws JobError `STORE_FAILED` the AWS SDK is not installed */
  static async open(place: BucketPlace): Promise<S3Store> {
    const sdk = await optionalPackage(PACKAGE, "STORE_FAILED", () => import("@aws-sdk/client-s3"));
    return new S3Store(sdk, place);
  }

  async has(key: string): Promise<boolean> {
    try {
      await this.#client.send(new this.#sdk.HeadObjectCommand(this.#object(key)));
      return true;
    } catch (cause) {
      if (statusOf(cause) === NOT_FOUND) return false;
      throw this.#failed("look for", key, cause);
    }
  }

  async read(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    try {
      const { Body } = await this.#client.send(new this.#sdk.GetObjectCommand(this.#object(key)));
      return this.#pieces(Body as unknown as AsyncIterable<Uint8Array>, key);
    } catch (cause) {
      if (statusOf(cause) === NOT_FOUND) return undefined;
      throw this.#failed("read", key, cause);
    }
  }

  async *#pieces(body: AsyncIterable<Uint8Array>, key: string): AsyncIterable<Uint8Array> {
    try {
      yield* body;
    } catch (cause) {
      throw this.#failed("read", key, cause);
    }
  }

  /** One request writes the whole object, or nothing. Stores that cannot be asked to keep an object write the same bytes again. */
  async put(key: string, bytes: Uint8Array): Promise<boolean> {
    const object = { ...this.#object(key), Body: bytes, ContentLength: bytes.length };
    try {
      await this.#client.send(new this.#sdk.PutObjectCommand({ ...object, IfNoneMatch: "*" }));
      return true;
    } catch (cause) {
      if (statusOf(cause) === ALREADY_THERE) return false;
      if (statusOf(cause) !== NOT_IMPLEMENTED && statusOf(cause) !== CONFLICT)
        throw this.#failed("write", key, cause);
    }
    if (await this.has(key)) return false;
    try {
      await this.#client.send(new this.#sdk.PutObjectCommand(object));
      return true;
    } catch (cause) {
      throw this.#failed("write", key, cause);
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    const own = this.#place.prefix;
    const wanted = { Bucket: this.#place.bucket, Prefix: own + prefix };
    try {
      for await (const page of this.#sdk.paginateListObjectsV2({ client: this.#client }, wanted))
        for (const { Key: key } of page.Contents ?? []) if (key !== undefined) yield key.slice(own.length);
    } catch (cause) {
      throw this.#failed("list", prefix, cause);
    }
  }

  #object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#place.bucket, Key: this.#place.prefix + key };
  }

  #failed(operation: string, key: string, cause: unknown): JobError {
    const status = statusOf(cause);
    return new JobError(
      "STORE_FAILED",
      `Cannot ${operation} ${this.url}${key}: ${messageOf(cause)}${status === undefined ? "" : ` (status ${status})`}. Check the bucket, ` +
        "the credentials, and for other stores than Amazon's AWS_ENDPOINT_URL_S3.",
      { cause, details: { url: this.url, key, status } },
    );
  }
}

const NOT_FOUND = 404;
/** Somebody else writes the same key at this moment. */
const CONFLICT = 409;
const ALREADY_THERE = 412;
const NOT_IMPLEMENTED = 501;

function clientConfig(): S3ClientConfig {
  const { AWS_ENDPOINT_URL_S3: ofS3, AWS_ENDPOINT_URL: ofAll } = process.env;
  return {
    // Other stores than Amazon's know neither its host names nor its newer checksums.
    forcePathStyle: ofS3 !== undefined || ofAll !== undefined,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  };
}

function statusOf(error: unknown): number | undefined {
  const { $metadata: metadata } = (error ?? {}) as { $metadata?: { httpStatusCode?: number } };
  return metadata?.httpStatusCode;
}
