import type { ConversationInput } from "../../score/conversation/conversation.js";
import { checkConversation } from "../../score/conversation/check-conversation.js";
import { DisposedError, HostError } from "../../errors.js";
import type { ModelDescription, ScoreOptions, SettledScore, TextOptions } from "../../score/score.js";
import { Connection, type Hello } from "./connection.js";
import type { HostPort } from "./port.js";
import { type CallRequest, PROTOCOL_VERSION, type ScorerStatus, type WireSettledScore } from "./protocol.js";
import { request, type RequestOptions } from "./request.js";
import { fromWire, streamRequest } from "./stream-request.js";
import { wireOptions } from "./wire-options.js";
import { abortable } from "../../util/abortable.js";
import { UNKNOWN_VERSION } from "../../util/unknown-version.js";
import {
  ScorerFront,
  type ConversationSource,
  type ScoreAnswer,
  type ScoreCalls,
  type ScoreMethod,
} from "../../score/scorer-front.js";

/** What `ScorerClient.connect` may be told. */
export interface ConnectOptions {
  /** Package version the host must have. Not compared when absent, or when one of the two is not known. */
  version?: string | undefined;
  /** How long the host may take to say hello, in milliseconds. */
  helloTimeoutMs?: number | undefined;
  /** Stops waiting for the host. */
  signal?: AbortSignal | undefined;
  /** Told when the first call starts and when the last one ends. */
  onBusy?: ((busy: boolean) => void) | undefined;
}

/** Cold start of a child from a slow disk stays well below this. */
const HELLO_TIMEOUT_MS = 60_000;

/**
 * A model that lives behind a port, with the interface of a model in this process. It needs nothing but the port, so it
 * also runs in a page. When the other end goes away, every call in flight rejects with `HOST_FAILED`, and later ones too.
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { messagePort, ScorerClient, serveScorer } from "llama-reward/host";
 *
 * const model = await RewardModel.load("models/grm");
 * const { port1, port2 } = new MessageChannel();
 * serveScorer(messagePort(port1), { scorer: model }, { version: "" });
 * const client = await ScorerClient.connect(messagePort(port2));
 * console.log((await client.compare("What is 2 + 2?", "4.", "5.")).probability);
 * await client.dispose();
 * await model.dispose();
 * ```
 */
export class ScorerClient extends ScorerFront {
  readonly #connection: Connection;
  #description: ModelDescription | undefined;

  private constructor(connection: Connection, description: ModelDescription | null) {
    super();
    this.#connection = connection;
    this.#description = description ?? undefined;
  }

  /**
   * Waits for the host's hello and compares versions.
   * @throws HostError `HOST_FAILED`: no hello in time, another protocol or package version, or the host died;
   * `signal.reason` when cancelled
   */
  static async connect(port: HostPort, options: ConnectOptions = {}): Promise<ScorerClient> {
    const connection = new Connection(port, options.onBusy);
    try {
      connection.send({ type: "hello", protocol: PROTOCOL_VERSION, version: options.version ?? "" });
      const arrived = abortable(connection.hello, options.signal);
      const hello = await inTime(arrived, options.helloTimeoutMs ?? HELLO_TIMEOUT_MS);
      checkVersions(hello, options.version);
      return new ScorerClient(connection, hello.description);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** @throws HostError `HOST_FAILED` the host has no model yet */
  override get description(): ModelDescription {
    if (this.#description === undefined) {
      throw new HostError("HOST_FAILED", "The scoring host has no model. Call load() first.");
    }
    return this.#description;
  }

  /** Why the host cannot be used any more, or undefined while it can. */
  get failure(): Error | undefined {
    return this.#connection.failure;
  }

  /** Loads a model in the host, in place of the one before. @throws what loading it in this process would throw */
  async load(
    modelDir: string,
    options: Readonly<Record<string, unknown>> = {},
    call: RequestOptions = {},
  ): Promise<ModelDescription> {
    const value = await request(
      this.#connection,
      (id) => ({ type: "load", id, modelDir, options: { ...options } }),
      call,
    );
    this.#description = value as ModelDescription;
    return this.#description;
  }

  /** Where the model runs, and what it has computed since its load. */
  async status(): Promise<ScorerStatus> {
    return (await this.#call({ method: "status" }, {})) as ScorerStatus;
  }

  /** Resolves when the host answers; a host that is gone or hangs never does. */
  ping(): Promise<void> {
    return this.#connection.ping();
  }

  /** Gives the host up: calls in flight and later ones reject. */
  abandon(reason: HostError): void {
    this.#connection.fail(reason);
  }

  /** @internal */
  protected override async answer<Method extends ScoreMethod>(
    method: Method,
    call: ScoreCalls[Method],
    options: ScoreOptions,
  ): ScoreAnswer<Method> {
    return (await this.#call(SENDABLE[method](call), options)) as Awaited<ScoreAnswer<Method>>;
  }

  /** @internal @throws InvalidArgumentError the host's model takes no rendered prompts */
  protected override async answerTexts(
    texts: readonly string[],
    { addSpecialTokens, ...options }: TextOptions,
  ): Promise<SettledScore[]> {
    const message: CallRequest = { method: "scoreTexts", texts: [...texts], addSpecialTokens };
    return ((await this.#call(message, options)) as WireSettledScore[]).map(fromWire);
  }

  /** @internal */
  protected override stream(
    conversations: ConversationSource,
    options: ScoreOptions,
  ): AsyncGenerator<SettledScore, void, undefined> {
    return streamRequest(this.#connection, conversations, options);
  }

  /** @internal */
  protected override admit(): void {
    // The connection refuses what comes after its end, and the host what its model cannot do.
  }

  /** @internal Ends the calls in flight, lets the host free what this client loaded, and closes the port. */
  protected override async free(): Promise<void> {
    if (this.#connection.failure === undefined) {
      const freed = request(this.#connection, (id) => ({ type: "dispose", id }));
      await freed.catch(() => undefined);
    }
    this.#connection.fail(DisposedError.of("The client of the scoring host"));
    this.#connection.close();
  }

  #call(message: CallRequest, options: ScoreOptions): Promise<unknown> {
    return request(
      this.#connection,
      (id) => ({ type: "call", id, request: message, options: wireOptions(options) }),
      options,
    );
  }
}

/** Calls as they travel: what is no conversation is refused on this side. */
const SENDABLE: { [Method in ScoreMethod]: (call: ScoreCalls[Method]) => CallRequest } = {
  score: ({ messages }) => ({ method: "score", messages: checkConversation(messages) }),
  rank: ({ prompt, responses }) => ({
    method: "rank",
    prompt: plainPrompt(prompt),
    responses: [...responses],
  }),
  compare: ({ prompt, a, b }) => ({ method: "compare", prompt: plainPrompt(prompt), a, b }),
};

function plainPrompt(prompt: string | ConversationInput): string | ConversationInput {
  return typeof prompt === "string" ? prompt : checkConversation(prompt);
}

function checkVersions(hello: Hello, expected: string | undefined): void {
  if (hello.protocol !== PROTOCOL_VERSION) {
    throw versionMismatch("protocol version", hello.protocol, PROTOCOL_VERSION);
  }
  if (expected === undefined || [expected, hello.version].includes(UNKNOWN_VERSION)) return;
  if (hello.version !== expected) throw versionMismatch("llama-reward version", hello.version, expected);
}

function versionMismatch(what: string, host: string | number, client: string | number): HostError {
  return new HostError(
    "HOST_FAILED",
    `The scoring host has ${what} ${host}, this client ${client}. Start the host from the same installation.`,
    { details: { host, client, versionMismatch: true } },
  );
}

async function inTime<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new HostError("HOST_FAILED", `The scoring host said nothing for ${timeoutMs} ms.`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
