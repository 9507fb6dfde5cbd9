import type { Exchange } from "../request/exchange.js";
import type { ServerSettings } from "../request/server-settings.js";

/** Writes a line for every answered request: who, what, how long; never a text, and never a token. */
export class AccessLog {
  readonly #form: ServerSettings["log"];
  readonly #write: (line: string) => void;

  constructor({ log, onLog }: Pick<ServerSettings, "log" | "onLog">) {
    this.#form = log;
    this.#write =
      onLog ??
      ((line) => {
        process.stderr.write(`${line}\n`);
      });
  }

  add(exchange: Exchange): void {
    if (this.#form === "none") return;
    this.#write(this.#form === "json" ? JSON.stringify(entryOf(exchange)) : textOf(exchange));
  }
}

interface LogEntry {
  time: string;
  id: string;
  client: string;
  method: string;
  path: string;
  status: number;
  /** From the head of the request to the end of the answer. */
  ms: number;
  /** Of which the request waited for its turn. */
  waitedMs: number;
  bytes: number;
  model?: string | undefined;
  items: number;
  tokens: number;
}

function entryOf(exchange: Exchange): LogEntry {
  const { id, startedAt, status, elapsedMs, waitedMs, bodyBytes, model, items, tokens } = exchange;
  const { method, path, client } = exchange.request;
  return {
    time: startedAt.toISOString(),
    id,
    client,
    method,
    path: plain(path),
    status,
    ms: rounded(elapsedMs),
    waitedMs: rounded(waitedMs),
    bytes: bodyBytes,
    model,
    items,
    tokens,
  };
}

function textOf(exchange: Exchange): string {
  const { time, client, method, path, status, ms, waitedMs, bytes, model, items, tokens, id } =
    entryOf(exchange);
  const work =
    model === undefined ? "" : ` model=${plain(model)} items=${items} tokens=${tokens} waited=${waitedMs}ms`;
  return `${time} ${client === "" ? "-" : client} ${method} ${path} ${status} ${ms}ms ${bytes}B${work} id=${id}`;
}

/** What a client wrote must not steer the terminal, nor make two words of one. */
function plain(text: string): string {
  return text.replace(
    /[^\x21-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
