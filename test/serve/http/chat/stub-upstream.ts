import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** A body as it came. */
export interface AskedBody {
  [field: string]: unknown;
  n?: number;
  seed?: number;
}

/** One request that the stub got. */
export interface Asked {
  method: string;
  url: string;
  authorization: string | undefined;
  body: AskedBody;
  /** Settles when the one who asked has gone, or been answered. */
  closed: Promise<void>;
}

/** What the stub answers: a body, or whatever it does itself. */
export type Reply = (asked: Asked, response: ServerResponse) => unknown;

/** An OpenAI-compatible server that says what a test wants. */
export async function stubUpstream(reply: Reply): Promise<{ url: string; asked: Asked[] }> {
  const all: Asked[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const raw = await text(request);
    const { method = "", url = "", headers } = request;
    const asked = {
      method,
      url,
      authorization: headers.authorization,
      body: (raw === "" ? {} : JSON.parse(raw)) as AskedBody,
      closed: once(response, "close").then(() => undefined),
    };
    all.push(asked);
    const body = await reply(asked, response);
    if (body === undefined) return;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  };
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked: all };
}

/** A completion with these answers. */
export function completion(...answers: (string | object)[]): object {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "stub",
    choices: answers.map((answer, index) => ({
      index,
      finish_reason: typeof answer === "string" ? "stop" : "tool_calls",
      message: typeof answer === "string" ? { role: "assistant", content: answer } : answer,
    })),
    usage: { prompt_tokens: 10, completion_tokens: answers.length, total_tokens: 10 + answers.length },
  };
}
