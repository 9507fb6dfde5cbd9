import { Agent, request, type Dispatcher } from "undici";
import { messageOf } from "../../../util/caught.js";
import { HttpError, type ExtraHeaders } from "../request/http-error.js";

/** Where answers are sampled. */
export interface UpstreamPlace {
  /** Base address of an OpenAI-compatible API, e.g. `http://127.0.0.1:11434/v1`. */
  url: string;
  /** Sent as `Authorization: Bearer …`; without one, what the client sent is passed on, unless it is this server's own token. */
  key?: string | undefined;
  /** Time from a request to its whole answer. */
  timeoutMs: number;
}

/** For whom the upstream is asked. */
export interface Client {
  authorization: string | undefined;
  signal: AbortSignal;
}

/** An answer as it came. */
export interface UpstreamAnswer {
  status: number;
  body: Buffer;
  headers: ExtraHeaders;
}

/** An answer of the upstream that is an error: the client gets it as it is. */
export class UpstreamError extends HttpError {
  readonly answer: UpstreamAnswer;

  constructor(answer: UpstreamAnswer) {
    super(
      answer.status,
      "UPSTREAM_FAILED",
      `The upstream server answered ${answer.status}: ${answer.body.toString("utf8", 0, 300)}`,
    );
    this.answer = answer;
  }
}

/** Largest answer of the upstream that is taken. */
const MOST_BYTES = 64 * 2 ** 20;
/** Header fields that tell a client what to do about an answer. */
const PASSED_ON = ["content-type", "retry-after"];

/**
 * A server that generates answers, asked in OpenAI's format. undici rather than `fetch`: its time limits (300 s to the first byte) are
 * shorter than a long answer takes, and cannot be set there.
 */
export class Upstream {
  readonly #place: UpstreamPlace;
  readonly #agent: Agent;

  constructor(place: UpstreamPlace) {
    this.#place = place;
    this.#agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  }

  /** The models that it has. @throws as {@link chat} */
  models(client: Client): Promise<UpstreamAnswer> {
    return this.#ask("GET", "/models", client);
  }

  /**
   * One request for a completion.
   * @throws UpstreamError it answered with an error; HttpError 502 it cannot be reached, or answers with what is neither that nor a
   * success, 504 it took too long; `signal.reason`
   */
  chat(body: object, client: Client): Promise<UpstreamAnswer> {
    return this.#ask("POST", "/chat/completions", client, JSON.stringify(body));
  }

  /** Ends what is under way. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #ask(
    method: Dispatcher.HttpMethod,
    path: string,
    client: Client,
    body?: string,
  ): Promise<UpstreamAnswer> {
    const { url, timeoutMs } = this.#place;
    const timeUp = AbortSignal.timeout(timeoutMs);
    try {
      const response = await request(`${url.replace(/\/+$/, "")}${path}`, {
        method,
        dispatcher: this.#agent,
        signal: AbortSignal.any([client.signal, timeUp]),
        headers: this.#headers(client, body),
        ...(body === undefined ? {} : { body }),
      });
      const status = response.statusCode;
      const answer = { status, body: await bytesOf(response.body), headers: passedOn(response.headers) };
      if (status >= 200 && status < 300) return answer;
      if (status >= 400 && status < 600) throw new UpstreamError(answer);
      // A redirect, say: it would send the client to a server that chooses nothing.
      throw new HttpError(
        502,
        "UPSTREAM_INVALID",
        `The upstream server ${url} answered with the status ${status}. Give the address of an OpenAI-compatible API.`,
      );
    } catch (error) {
      client.signal.throwIfAborted();
      if (error instanceof HttpError) throw error;
      if (timeUp.aborted) {
        const limit = `${Math.round(timeoutMs / 1000)} s`;
        throw new HttpError(
          504,
          "UPSTREAM_TIMEOUT",
          `The upstream server did not answer within ${limit} (--upstream-timeout).`,
        );
      }
      throw new HttpError(
        502,
        "UPSTREAM_UNREACHABLE",
        `The upstream server ${url} cannot be reached: ${messageOf(error)}.`,
      );
    }
  }

  #headers({ authorization }: Client, body: string | undefined): Record<string, string> {
    const { key } = this.#place;
    const sent = key === undefined ? authorization : `Bearer ${key}`;
    return {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(sent === undefined ? {} : { authorization: sent }),
    };
  }
}

/** @throws HttpError 502 it is larger than {@link MOST_BYTES} */
async function bytesOf(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > MOST_BYTES)
      throw new HttpError(502, "UPSTREAM_FAILED", "The upstream server's answer is too large.");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function passedOn(headers: Dispatcher.ResponseData["headers"]): ExtraHeaders {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}
