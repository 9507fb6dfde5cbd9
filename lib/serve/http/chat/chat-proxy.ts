import type { Context } from "hono";
import { chooseBest, type BestOf } from "../../../score/best-of/choose-best.js";
import { firstSeed } from "../../../score/best-of/sample.js";
import type { HttpEnv } from "../request/exchange.js";
import type { RouteContext } from "../request/route.js";
import { sendBody } from "../request/send-answer.js";
import { chatAnswer, chatChunks } from "./chat-answer.js";
import { EXTENSION, promptOf, upstreamBody, type ChatRequest } from "./chat-request.js";
import type { UpstreamSettings } from "../request/upstream-settings.js";
import type { ChatSample } from "./completion.js";
import { PairLog } from "./pair-log.js";
import { UpstreamSampler } from "./sample-upstream.js";
import { Upstream, UpstreamError, type Client } from "./upstream.js";

/** What a proxy has of its server. */
interface Surroundings {
  /** Whether the server wants a token of its own, which is none of the upstream's business. */
  hasToken: boolean;
  /** Told about failures that no client gets to see. */
  onError: ((error: unknown) => void) | undefined;
}

/** Chat completions of another server, each the best of several by a reward model. */
export class ChatProxy {
  readonly #settings: UpstreamSettings;
  readonly #surroundings: Surroundings;
  readonly #upstream: Upstream;
  readonly #sampler: UpstreamSampler;
  readonly #log: PairLog | undefined;

  constructor(settings: UpstreamSettings, surroundings: Surroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#upstream = new Upstream(settings);
    this.#sampler = new UpstreamSampler(this.#upstream);
    this.#log = settings.logPairs === undefined ? undefined : new PairLog(settings.logPairs);
  }

  /** @throws FileError the log cannot be written */
  async open(): Promise<void> {
    await this.#log?.open();
  }

  close(): Promise<void> {
    return this.#upstream.close();
  }

  /** The upstream's models: these are what a client chooses from. */
  models(context: Context<HttpEnv>): Promise<Response> {
    const { signal } = context.get("exchange");
    return inItsWords(context, async () => {
      const { status, body, headers } = await this.#upstream.models(this.#client(context, signal));
      return sendBody(context, status, body, headers);
    });
  }

  /** Samples, chooses and answers. */
  complete(context: Context<HttpEnv>, request: ChatRequest, work: RouteContext): Promise<Response> {
    return inItsWords(context, () => this.#complete(context, request, work));
  }

  /** A stream begins when the best is known. */
  async #complete(
    context: Context<HttpEnv>,
    request: ChatRequest,
    { scorer, signal }: RouteContext,
  ): Promise<Response> {
    const result = await this.#best(request, { scorer, signal }, this.#client(context, signal));
    // The client's answer must not depend on the log's disk.
    await this.#log?.add(promptOf(request), result).catch((error: unknown) => {
      this.#surroundings.onError?.(error);
    });
    const answer = chatAnswer(request, result, scorer.description.name);
    if (request.stream !== true) {
      return sendBody(context, 200, JSON.stringify(answer), {
        "content-type": "application/json; charset=utf-8",
      });
    }
    const events = [...chatChunks(answer, request).map((chunk) => JSON.stringify(chunk)), "[DONE]"];
    return sendBody(context, 200, events.map((event) => `data: ${event}\n\n`).join(""), {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
    });
  }

  #best(request: ChatRequest, { scorer, signal }: RouteContext, client: Client): Promise<BestOf<ChatSample>> {
    const { bestOf, minReward, maxStd, maxSamples } = this.#settings;
    const asked = request[EXTENSION] ?? {};
    const n = Math.max(asked.best_of ?? bestOf, request.n ?? 1);
    const most = asked.max_samples ?? maxSamples;
    const seed = request.seed ?? firstSeed();
    return chooseBest(this.#sampler.forRequest(upstreamBody(request), seed, client), {
      prompt: promptOf(request),
      model: scorer,
      n,
      minReward: asked.min_reward ?? minReward,
      maxStd: asked.max_std ?? maxStd,
      maxSamples: most === undefined ? undefined : Math.max(most, n),
      signal,
    });
  }

  #client({ req }: Context<HttpEnv>, signal: AbortSignal): Client {
    return { authorization: this.#surroundings.hasToken ? undefined : req.header("authorization"), signal };
  }
}

/** What the upstream refuses is answered with its own words. */
async function inItsWords(context: Context<HttpEnv>, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { status, body, headers } = error.answer;
    return sendBody(context, status, body, headers);
  }
}
