import type { Redis } from "ioredis";
import { z } from "zod";

const entrySchema = z.object({
  /** When it was last heard of, in milliseconds since 1970. */
  atMs: z.number(),
  /** Time that it had a shard. */
  busyMs: z.number(),
  shards: z.number(),
  records: z.number(),
  /** Those of them with an error. */
  failed: z.number(),
  tokens: z.number(),
  /** It has said goodbye. */
  hasEnded: z.boolean(),
});

/** What a worker has done since it started. */
export type WorkerCounts = Omit<z.infer<typeof entrySchema>, "atMs" | "hasEnded">;

/** A worker as `status` shows it. */
export interface WorkerEntry extends z.infer<typeof entrySchema> {
  name: string;
}

/** Nobody asks for a worker that was last heard of so long ago. */
const FORGOTTEN_MS = 24 * 3_600_000;

/** What the workers of a queue say of themselves: one field each, so that Redis holds no more however many shards are done. */
export class WorkerBoard {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  async write(name: string, counts: WorkerCounts, hasEnded: boolean): Promise<void> {
    await this.#redis.hset(this.#key, name, JSON.stringify({ ...counts, hasEnded, atMs: Date.now() }));
  }

  /** Workers in the order of their names; those long gone are forgotten. */
  async read(): Promise<WorkerEntry[]> {
    const entries: WorkerEntry[] = [];
    for (const [name, text] of Object.entries(await this.#redis.hgetall(this.#key))) {
      const entry = parseEntry(text);
      if (entry !== undefined && Date.now() - entry.atMs < FORGOTTEN_MS) entries.push({ ...entry, name });
      else await this.#redis.hdel(this.#key, name);
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function parseEntry(text: string): z.infer<typeof entrySchema> | undefined {
  try {
    return entrySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
