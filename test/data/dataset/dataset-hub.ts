import { createHash } from "node:crypto";
import { createServer, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** A server that has one dataset, owner/name, the way the Hub has it. */
export interface DatasetHub {
  url: string;
  /** Names of the files that were fetched. */
  fetched: string[];
  close(): void;
}

/** Starts a server for these files by path. */
export async function startDatasetHub(files: Readonly<Record<string, string>>): Promise<DatasetHub> {
  const fetched: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://hub").pathname);
    if (path.includes("/resolve/")) fetched.push(path.split("/").at(-1) ?? "");
    const { status, text, headers } = answer(files, path, request.headers.range);
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(text);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fetched,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Answers the requests of a dataset download. */
function answer(
  files: Readonly<Record<string, string>>,
  path: string,
  range: string | undefined,
): { status: number; text: string; headers?: OutgoingHttpHeaders } {
  const api = "/api/datasets/owner/name";
  if (path.startsWith(`${api}/revision/`)) {
    return { status: 200, text: JSON.stringify({ id: "owner/name", sha: COMMIT }) };
  }
  if (path === `${api}/tree/${COMMIT}`) {
    return { status: 200, text: JSON.stringify(Object.entries(files).map(entry)) };
  }
  const file = files[path.replace(`/datasets/owner/name/resolve/${COMMIT}/`, "")];
  if (file === undefined) return { status: 404, text: "{}" };
  const [, first = "0", last = ""] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  const end = last === "" ? file.length : Number(last) + 1;
  const headers = { ETag: `"${path.length}"`, "Content-Range": `bytes ${first}-${end - 1}/${file.length}` };
  return { status: range === undefined ? 200 : 206, text: file.slice(Number(first), end), headers };
}

function entry([path, content]: [string, string]): object {
  const bytes = Buffer.from(content);
  const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  return { type: "file", path, size: bytes.length, oid };
}
