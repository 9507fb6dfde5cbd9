import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the fake Hub misbehaves. Counters go down as faults are spent. */
export interface Faults {
  /** Answer this many requests with 429 and `Retry-After: 0`. */
  tooManyRequests: number;
  /** Cut this many body transfers after `cutAfterBytes`. */
  dropConnections: number;
  cutAfterBytes: number;
  /** Flip a byte in this many full transfers. */
  corruptTransfers: number;
  /** Require this bearer token. */
  token?: string;
  /** Answer this many requests for a part of a file with the whole of it. */
  ignoredRanges: number;
  /** Answer requests for files with 403, as for a model whose terms were not accepted. */
  refusedFiles?: boolean;
}

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/**
 * A loopback server that answers the four requests a download makes the way the Hub does: revision information, the file
 * tree, the probe for size and ETag, and the bytes behind a redirect to another path, with byte ranges.
 */
export class FakeHub {
  readonly requests: string[] = [];
  readonly faults: Faults = {
    tooManyRequests: 0,
    dropConnections: 0,
    cutAfterBytes: 1 << 20,
    corruptTransfers: 0,
    ignoredRanges: 0,
  };
  /** The commit that every branch stands for. */
  commit = COMMIT;
  /** Where the bytes are: another server, when set. */
  cdn = "";
  /** Address of a further page of the listing, when set. */
  nextPage = "";
  /** `Authorization` of every request, in the order of {@link requests}. */
  readonly authorizations: (string | undefined)[] = [];
  readonly #server = createServer((request, response) => {
    this.#answer(request, response);
  });

  constructor(
    readonly repository: string,
    readonly files: ReadonlyMap<string, Buffer>,
  ) {}

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://hub");
    this.requests.push(`${request.method ?? ""} ${url.pathname} ${request.headers.range ?? ""}`.trim());
    this.authorizations.push(request.headers.authorization);
    const resolve = `/${this.repository}/resolve/${this.commit}/`;
    if (this.faults.tooManyRequests > 0) {
      this.faults.tooManyRequests--;
      response.writeHead(429, { "Retry-After": "0" }).end();
    } else if (
      this.faults.token !== undefined &&
      request.headers.authorization !== `Bearer ${this.faults.token}`
    ) {
      json(response, 401, { error: "Repository not found" });
    } else if (url.pathname.startsWith(`/api/models/${this.repository}/revision/`)) {
      if (url.pathname.endsWith("/absent")) json(response, 404, { error: "Invalid rev id: absent" });
      else
        json(response, 200, {
          _id: "1",
          id: this.repository,
          sha: this.commit,
          private: false,
          gated: false,
        });
    } else if (url.pathname === `/api/models/${this.repository}/tree/${this.commit}`) {
      if (this.nextPage !== "") response.setHeader("Link", `<${this.nextPage}>; rel="next"`);
      json(
        response,
        200,
        [...this.files].map(([path, bytes]) => treeEntry(path, bytes)),
      );
    } else if (url.pathname.startsWith(resolve) && this.faults.refusedFiles === true) {
      json(response, 403, { error: "Access to this model is restricted" });
    } else if (url.pathname.startsWith(resolve)) {
      response.writeHead(302, { Location: `${this.cdn}/cdn/${url.pathname.slice(resolve.length)}` }).end();
    } else {
      const bytes = this.files.get(url.pathname.replace("/cdn/", ""));
      if (bytes === undefined) response.writeHead(404, { "X-Error-Code": "EntryNotFound" }).end();
      else this.#send(request, response, bytes);
    }
  }

  #send(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
    let range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    if (range !== null && range[1] !== "0" && this.faults.ignoredRanges > 0) {
      this.faults.ignoredRanges--;
      range = null;
    }
    const start = Number(range?.[1] ?? 0);
    const end = range?.[2] ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length;
    let body = Buffer.from(bytes.subarray(start, end));
    response.writeHead(range === null ? 200 : 206, {
      "Content-Length": body.length,
      ETag: `"${createHash("sha256").update(bytes).digest("hex")}"`,
      "X-Cache": "Hit from cloudfront",
      ...(range === null ? {} : { "Content-Range": `bytes ${start}-${end - 1}/${bytes.length}` }),
    });
    const isProbe = range !== null && end - start <= 1;
    if (!isProbe && this.faults.corruptTransfers > 0) {
      this.faults.corruptTransfers--;
      body = Buffer.from(body);
      body.writeUInt8(body.readUInt8(0) ^ 1, 0);
    }
    if (!isProbe && this.faults.dropConnections > 0 && body.length > this.faults.cutAfterBytes) {
      this.faults.dropConnections--;
      response.write(body.subarray(0, this.faults.cutAfterBytes), () =>
        setTimeout(() => response.destroy(), 20),
      );
      return;
    }
    response.end(body);
  }
}

function treeEntry(path: string, bytes: Buffer): object {
  const entry = { type: "file", path, size: bytes.length };
  if (bytes.length > 100_000) {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { ...entry, oid: "f".repeat(40), lfs: { oid: sha256, size: bytes.length, pointerSize: 134 } };
  }
  return { ...entry, oid: createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex") };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
