import { SampleFailure, type Sampler } from "../../../score/best-of/sample.js";
import { samplesOf, type ChatSample } from "./completion.js";
import { UpstreamError, type Client, type Upstream } from "./upstream.js";

/** Statuses of a server that does not know a field of the request, or its value. */
const REFUSED: ReadonlySet<number> = new Set([400, 422]);

/**
 * Samples answers of an upstream server: several in one request where it has OpenAI's `n`, else in as many requests with seeds of
 * their own. Ollama passes `n` over; others refuse it: both are found out by the first request and remembered.
 */
export class UpstreamSampler {
  readonly #upstream: Upstream;
  #takesN = true;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /**
   * @param body without `n` and `seed`
   * @param seed of the first sample
   */
  forRequest(body: object, seed: number, client: Client): Sampler<ChatSample> {
    const askOne = async (index: number): Promise<ChatSample | SampleFailure> => {
      try {
        const [sample] = samplesOf(await this.#upstream.chat({ ...body, seed: seed + index }, client));
        return sample ?? new SampleFailure(new Error("no choice"));
      } catch (error) {
        client.signal.throwIfAborted();
        return new SampleFailure(error);
      }
    };
    const askEach = (first: number, count: number): Promise<(ChatSample | SampleFailure)[]> =>
      Promise.all(Array.from({ length: count }, (_, place) => askOne(first + place)));
    return async ({ first, count }) => {
      if (count === 1 || !this.#takesN) return askEach(first, count);
      const together = await this.#askTogether({ ...body, n: count, seed: seed + first }, client);
      if (together instanceof SampleFailure) return Array.from({ length: count }, () => together);
      if (together.length >= count) return together.slice(0, count);
      const others = await askEach(first + together.length, count - together.length);
      // A server that refuses these requests as well has something else against them.
      if (others.some((sample) => !(sample instanceof SampleFailure))) this.#takesN = false;
      return [...together, ...others];
    };
  }

  /** No samples where `n` is refused. */
  async #askTogether(body: object, client: Client): Promise<ChatSample[] | SampleFailure> {
    try {
      return samplesOf(await this.#upstream.chat(body, client));
    } catch (error) {
      if (error instanceof UpstreamError && REFUSED.has(error.status)) return [];
      client.signal.throwIfAborted();
      return new SampleFailure(error);
    }
  }
}
