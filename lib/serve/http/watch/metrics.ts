import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Exchange } from "../request/exchange.js";
import type { ServedModels } from "../request/models.js";
import type { ServableScorer } from "../request/route.js";
import type { WorkQueue } from "../request/work-queue.js";

/** From one cached record on a GPU to thousands on a CPU. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Records of one request. */
const ITEMS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096];

/** What is asked when the numbers are read. */
export interface Watched {
  queue: WorkQueue;
  models: ServedModels;
}

/** How a server does, in the text format of Prometheus. Each server has its own numbers. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<"route" | "status">;
  readonly #seconds: Histogram<"route">;
  readonly #waited: Histogram;
  readonly #items: Counter<"model">;
  readonly #perRequest: Histogram<"route">;

  constructor(watched: Watched) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: "llama_reward_requests_total",
      help: "Requests answered.",
      labelNames: ["route", "status"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "llama_reward_request_seconds",
      help: "Time from the head of a request to the end of its answer.",
      labelNames: ["route"],
      buckets: SECONDS,
      registers,
    });
    this.#waited = new Histogram({
      name: "llama_reward_queue_seconds",
      help: "Time that requests waited for their turn.",
      buckets: SECONDS,
      registers,
    });
    this.#items = new Counter({
      name: "llama_reward_items_total",
      help: "Conversations and prompts scored.",
      labelNames: ["model"],
      registers,
    });
    this.#perRequest = new Histogram({
      name: "llama_reward_request_items",
      help: "Conversations and prompts of one request.",
      labelNames: ["route"],
      buckets: ITEMS,
      registers,
    });
    addQueue(registers, watched.queue);
    addTokens(registers, watched.models);
    new Gauge({
      name: "process_resident_memory_bytes",
      help: "Resident memory size in bytes.",
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
  }

  /** An answer has gone out. */
  add({ route, status, elapsedMs, waitedMs, model, items }: Exchange): void {
    this.#requests.inc({ route, status: `${status}` });
    this.#seconds.observe({ route }, elapsedMs / 1000);
    if (model === undefined) return;
    this.#waited.observe(waitedMs / 1000);
    this.#items.inc({ model }, items);
    this.#perRequest.observe({ route }, items);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

function addQueue(registers: Registry[], queue: WorkQueue): void {
  new Gauge({
    name: "llama_reward_requests_running",
    help: "Requests at work.",
    registers,
    collect() {
      this.set(queue.running);
    },
  });
  new Gauge({
    name: "llama_reward_requests_waiting",
    help: "Requests that wait for their turn.",
    registers,
    collect() {
      this.set(queue.waiting);
    },
  });
}

/** Tokens by what became of them, and batches; a scorer in another process does not tell. */
function addTokens(registers: Registry[], models: ServedModels): void {
  const counter = (name: string, help: string, of: (stats: TokenStats) => number): void => {
    new Counter({
      name: `llama_reward_${name}_total`,
      help,
      labelNames: ["model"],
      registers,
      collect() {
        this.reset();
        for (const { description, stats } of models.list) {
          if (stats !== undefined) this.inc({ model: description.name }, of(stats));
        }
      },
    });
  };
  const gauge = (name: string, help: string, of: (scorer: ServableScorer) => number | undefined): void => {
    new Gauge({
      name: `llama_reward_${name}`,
      help,
      labelNames: ["model"],
      registers,
      collect() {
        this.reset();
        for (const scorer of models.list) {
          const value = of(scorer);
          if (value !== undefined) this.set({ model: scorer.description.name }, value);
        }
      },
    });
  };
  counter("tokens", "Tokens of all prompts.", ({ requestedTokens }) => requestedTokens);
  counter("tokens_computed", "Tokens that the backbone computed.", ({ computedTokens }) => computedTokens);
  counter(
    "tokens_shared",
    "Tokens that prompts shared, so that they were not computed again.",
    ({ requestedTokens, computedTokens }) => requestedTokens - computedTokens,
  );
  counter("batches", "Batches that the backbone computed.", ({ batches }) => batches);
  counter("batch_room_tokens", "Tokens that these batches had room for.", ({ roomTokens }) => roomTokens);
  gauge(
    "batch_fill_ratio",
    "Tokens computed by room, of all batches since the start; of a time: the rates of the two counters.",
    ({ stats }) => stats && (stats.roomTokens === 0 ? 0 : stats.computedTokens / stats.roomTokens),
  );
  gauge(
    "model_waiting_tokens",
    "Tokens of the calls a model has not answered that are not computed.",
    ({ queue }) => queue?.tokens,
  );
}

type TokenStats = NonNullable<ServableScorer["stats"]>;
