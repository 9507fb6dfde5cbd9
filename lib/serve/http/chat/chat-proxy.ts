import { randomInt } from "node:crypto";
import type { Context } from "hono";
import { chooseBest, type BestOf } from "../../../score/best-of/choose-best.js";
import type { HttpEnv } from "../request/exchange.js";
import type { RouteContext } from "../request/route.js";
import { sendText } from "../request/send-answer.js";
import { chatAnswer, chatChunks } from "./chat-answer.js";
import { EXTENSION, promptOf, upstreamBody, type ChatRequest } from "./chat-request.js";
import type { UpstreamSettings } from "../request/upstream-settings.js";
import type { ChatSample } from "./completion.js";
import { PairLog } from "./pair-log.js";
import { UpstreamSampler } from "./sample-upstream.js";
import { Upstream, UpstreamError, type Client } from "./upstream.js";

/** Seeds of upstream servers are 31 bits wide at least; the last samples' seeds stay below that. */
const SEEDS = 2 ** 30;

/** Chat completions of another server, each the best of several by a reward model. */
export class ChatProxy {
  readonly #settings: UpstreamSettings;
  readonly #hasToken: boolean;
  readonly #upstream: Upstream;
  readonly #sampler: UpstreamSampler;
  readonly #log: PairLog | undefined;

  constructor(settings: UpstreamSettings, hasToken: boolean) {
    this.#settings = settings;
    this.#hasToken = hasToken;
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
  async models(context: Context<HttpEnv>): Promise<Response> {
    const { signal } = context.get("exchange");
    const { status, text, headers } = await this.#upstream.models(this.#client(context, signal));
    return sendText(context, status, text, headers);
  }

  /** Samples, chooses and answers. What the upstream refuses is answered with its own words. */
  async complete(context: Context<HttpEnv>, request: ChatRequest, work: RouteContext): Promise<Response> {
    try {
      return await this.#complete(context, request, work);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const { status, text, headers } = error.answer;
      return sendText(context, status, text, headers);
    }
  }

  /** A stream begins when the best is known. */
  async #complete(
    context: Context<HttpEnv>,
    request: ChatRequest,
    { scorer, signal }: RouteContext,
  ): Promise<Response> {
    const result = await this.#best(request, { scorer, signal }, this.#client(context, signal));
    await this.#log?.add(promptOf(request), result);
    const answer = chatAnswer(request, result, scorer.description.name);
    if (request.stream !== true) {
      return sendText(context, 200, JSON.stringify(answer), {
        "content-type": "application/json; charset=utf-8",
      });
    }
    const events = [...chatChunks(answer, request).map((chunk) => JSON.stringify(chunk)), "[DONE]"];
    return sendText(context, 200, events.map((event) => `data: ${event}\n\n`).join(""), {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
    });
  }

  #best(request: ChatRequest, { scorer, signal }: RouteContext, client: Client): Promise<BestOf<ChatSample>> {
    const { bestOf, minReward, maxStd, maxSamples } = this.#settings;
    const asked = request[EXTENSION] ?? {};
    const n = Math.max(asked.best_of ?? bestOf, request.n ?? 1);
    const most = asked.max_samples ?? maxSamples;
    const seed = request.seed ?? randomInt(SEEDS);
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

  /** The server's own token is none of the upstream's business. */
  #client(context: Context<HttpEnv>, signal: AbortSignal): Client {
    return { authorization: this.#hasToken ? undefined : context.req.header("authorization"), signal };
  }
}
