/**
 * The same page in a browser: `node dist/dev-server.mjs [--models DIR] [--port N] [--host-script FILE]`. Serves on the
 * loopback interface only, and only to whoever has the random token of the address it prints.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { serveScorer, startScoringHost, type HostPort } from "llama-reward/electron";
import { WebSocketServer, type WebSocket } from "ws";
import { CONTENT_SECURITY_POLICY } from "./main/content-security-policy.js";
import { findModelFolders } from "./main/model-folders.js";
import { pullModel } from "./main/pull-model.js";
import type { PullEvent } from "./renderer/model/pull-events.js";

/** Longest message a page may send: a window of long conversations. */
const MAX_MESSAGE_BYTES = 64 * 2 ** 20;

const PULL_SCRIPT = fileURLToPath(new URL("./pull-process.mjs", import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const { values } = parseArgs({
  options: {
    models: { type: "string", default: "reward-models" },
    port: { type: "string", default: "0" },
    "host-script": { type: "string" },
  },
});
const pageFolder = fileURLToPath(new URL("./renderer", import.meta.url));
const token = randomBytes(24).toString("base64url");

const server = createServer((request, response) => {
  void answer(request, response).catch((error: unknown) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500).end();
  });
});
const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
server.on("upgrade", (request, socket, head) => {
  const [name, given] = (request.headers["sec-websocket-protocol"] ?? "").split(/,\s*/);
  if (!isLocal(request) || name !== "llama-reward" || !isToken(given)) {
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    return;
  }
  sockets.handleUpgrade(request, socket, head, (opened) => {
    serveScorer(
      webSocketPort(opened),
      {
        load: (path, { signal, onProgress, ...load }) =>
          startScoringHost(path, {
            signal,
            onProgress,
            load,
            onCrash: "retry",
            entry: values["host-script"],
          }),
      },
      { version: "dev" },
    );
  });
});
server.listen(Number(values.port), "127.0.0.1", () => {
  console.log(`Open ${origin()}/#${token}`);
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    for (const socket of sockets.clients) socket.close();
    server.close();
    server.closeAllConnections();
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pathname = pathOf(request.url ?? "/");
  if (!isLocal(request)) {
    response.writeHead(403).end();
  } else if (pathname === undefined) {
    response.writeHead(404).end();
  } else if (pathname === "/models" || pathname === "/pull") {
    if (!isToken(request.headers.authorization?.replace(/^Bearer /, ""))) response.writeHead(401).end();
    else if (pathname === "/models") await sendModels(response);
    else if (request.method === "POST")
      await pull(new URL(request.url ?? "", origin()).searchParams, response);
    else response.writeHead(405).end();
  } else {
    await sendFile(pathname === "/" ? "/index.html" : pathname, response);
  }
}

async function sendModels(response: ServerResponse): Promise<void> {
  const folders = await findModelFolders(resolve(values.models));
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(folders));
}

/** Downloads a model of the Hub, told event by event, a line each; a page that hangs up ends it. */
async function pull(asked: URLSearchParams, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => {
    gone.abort();
  });
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  const request = {
    hubId: asked.get("id") ?? "",
    type: asked.get("type") ?? "auto",
    parent: resolve(values.models),
  };
  const tell = (event: PullEvent): void => {
    response.write(`${JSON.stringify(event)}\n`);
  };
  tell(await pullModel(PULL_SCRIPT, request, gone.signal, tell));
  response.end();
}

/** The path a request asks for, or undefined when there is none in it. */
function pathOf(address: string): string | undefined {
  try {
    return decodeURIComponent(new URL(address, origin()).pathname);
  } catch {
    return undefined;
  }
}

async function sendFile(pathname: string, response: ServerResponse): Promise<void> {
  const file = join(pageFolder, pathname);
  const content = file.startsWith(pageFolder + sep) ? await readFile(file).catch(() => undefined) : undefined;
  if (content === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  response.end(content);
}

/** Refuses requests under another name (DNS rebinding) and from other pages. */
function isLocal({ headers }: IncomingMessage): boolean {
  return (
    `http://${headers.host ?? ""}` === origin() &&
    (headers.origin === undefined || headers.origin === origin())
  );
}

function isToken(given: string | undefined): boolean {
  const [expected, actual] = [Buffer.from(token), Buffer.from(given ?? "")];
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function origin(): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

function webSocketPort(socket: WebSocket): HostPort {
  return {
    post: (message) => {
      socket.send(JSON.stringify(message), () => undefined);
    },
    onMessage: (listener) => {
      socket.on("message", (data: Buffer) => {
        try {
          listener(JSON.parse(data.toString("utf8")));
        } catch {
          socket.close(1003, "not JSON");
        }
      });
    },
    onClose: (listener) => {
      socket.on("close", () => {
        listener("the page closed its connection");
      });
    },
    close: () => {
      socket.close();
    },
  };
}
