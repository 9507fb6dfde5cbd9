// An OpenAI-compatible server that answers at once, with as many different answers as it is asked for.

import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

const ANSWERS = ["four", "It is 4.", "5, I think", "I do not know.", "2 + 2 = 4, since 1 + 1 = 2."];

/**
 * @param {{ delayMs?: (index: number) => number }} [options] how long the answer to each request is kept back
 * @returns {Promise<{ url: string, close: () => void, state: { asked: number, gone: number } }>} requests, and those whose client left
 * before the answer
 */
export async function stubUpstream({ delayMs = () => 0 } = {}) {
  const state = { asked: 0, gone: 0 };
  const server = createServer(async (request, response) => {
    const wait = delayMs(state.asked++);
    try {
      const { n = 1 } = request.method === "POST" ? await json(request) : {};
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      if (response.destroyed) {
        state.gone++;
        return;
      }
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(request.method === "POST" ? completion(n) : MODELS));
    } catch {
      response.destroy();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/v1`, close, state };
}

const MODELS = { object: "list", data: [{ id: "stub", object: "model" }] };

/** A chat completion with so many choices. */
export function completion(n) {
  const choices = Array.from({ length: n }, (_, index) => ({
    index,
    finish_reason: "stop",
    message: { role: "assistant", content: ANSWERS[index % ANSWERS.length] },
  }));
  const usage = { prompt_tokens: 10, completion_tokens: 5 * n, total_tokens: 10 + 5 * n };
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "stub",
    choices,
    usage,
  };
}
