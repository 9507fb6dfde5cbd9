import type { Conversation } from "../../score/conversation/conversation.js";
import { AddonLoadError, ConversationError, HostError, TemplateError } from "../../errors.js";
import type { Progress } from "../../score/score.js";
import { ScorerClient } from "./client.js";
import { Heartbeat, type Pingable } from "./heartbeat.js";
import type { HostKind, HostProcess, LaunchHost } from "./host-process.js";
import { packageVersion } from "../../util/package-version.js";

/** What every start and restart of a host needs. */
export interface HostPlan {
  modelDir: string;
  /** Options of `RewardModel.load`, without callbacks and signal. */
  loadOptions: Readonly<Record<string, unknown>>;
  /** Script the host runs. */
  entry: string;
  launchers: Readonly<Partial<Record<HostKind, LaunchHost>>>;
  helloTimeoutMs?: number | undefined;
  /** Time between two questions whether the host is there, while calls wait for it. 0, the default: never asked. */
  heartbeatMs?: number;
  /** Told of a host that does not answer them. @returns whether to end it */
  onHang?: (message: string) => boolean;
}

export interface StartOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A running host with its model loaded and tried out. */
export interface LiveHost {
  process: HostProcess;
  client: ScorerClient;
}

/** A host that has not said hello has a time limit of its own. */
const NOT_CONNECTED: Pingable = { ping: () => Promise.resolve() };

/** Small and plain, so that every chat template takes it. */
const TRIAL: Conversation = [
  { role: "user", content: "Hello" },
  { role: "assistant", content: "Hello, how can I help?" },
];

/**
 * Starts one host, loads the model and scores one conversation: some hosts only fail when memory is first used
 * (electron/electron 41513). Nothing of a failed start stays behind.
 * @throws HostError `HOST_FAILED` the host died, or speaks another version; else what loading the model throws
 */
export async function startHost(kind: HostKind, plan: HostPlan, options: StartOptions): Promise<LiveHost> {
  const launch = plan.launchers[kind];
  if (launch === undefined) {
    throw new HostError("HOST_FAILED", `A ${kind} cannot be started from this program.`);
  }
  options.signal?.throwIfAborted();
  const process = launch(plan.entry);
  const heartbeat = new Heartbeat(
    () => client ?? NOT_CONNECTED,
    plan.heartbeatMs ?? 0,
    (silentMs) => {
      const reason = `it has not answered for ${silentMs / 1000} s`;
      if (plan.onHang?.(`The scoring host hangs: ${reason}`) === false) return;
      client?.abandon(new HostError("HOST_FAILED", `The scoring host is gone: ${reason}, so it was ended.`));
      process.kill();
    },
  );
  void process.ended.then(() => {
    heartbeat.stop();
  });
  let client: ScorerClient | undefined;
  try {
    client = await ScorerClient.connect(process.port, {
      version: packageVersion(),
      helloTimeoutMs: plan.helloTimeoutMs,
      signal: options.signal,
      onBusy: (busy) => {
        process.keepAlive(busy);
        if (busy) heartbeat.start();
        else heartbeat.stop();
      },
    });
    process.keepAlive(false);
    await client.load(plan.modelDir, plan.loadOptions, options);
    await tryOut(client, options.signal);
    return { process, client };
  } catch (error) {
    process.kill();
    throw error;
  }
}

/**
 * Starts the first kind of host that works. A model that cannot be loaded is the model's fault and ends the search; a
 * host that dies, or cannot load the addon, is passed over with a warning.
 * @throws HostError `HOST_FAILED` with every attempt in `details.attempts`, when no kind works
 */
export async function startFirstHost(
  kinds: readonly HostKind[],
  plan: HostPlan,
  options: StartOptions,
  onWarning: (message: string) => void,
): Promise<LiveHost> {
  const attempts: { kind: HostKind; message: string }[] = [];
  let last: unknown;
  for (const kind of kinds) {
    try {
      const live = await startHost(kind, plan, options);
      for (const failed of attempts) {
        onWarning(`The model runs in a ${kind}, because a ${failed.kind} failed: ${failed.message}`);
      }
      return live;
    } catch (error) {
      if (!isHostsFault(error)) throw error;
      attempts.push({ kind, message: error.message });
      last = error;
    }
  }
  if (attempts.length === 1) throw last;
  throw new HostError(
    "HOST_FAILED",
    `No scoring host could be started. ${attempts.map(({ kind, message }) => `${kind}: ${message}`).join(" ")}`,
    { cause: last, details: { attempts } },
  );
}

function isHostsFault(error: unknown): error is HostError | AddonLoadError {
  if (error instanceof HostError) return error.details["versionMismatch"] !== true;
  return error instanceof AddonLoadError;
}

async function tryOut(client: ScorerClient, signal: AbortSignal | undefined): Promise<void> {
  try {
    const { task } = client.description;
    if (task === "compare") await client.compare("Hello", "Hello!", "No.", { signal });
    else if (task === "steps") await client.scoreSteps("Hello", ["Hello!"], { signal });
    else await client.score(TRIAL, { signal });
  } catch (error) {
    // A template or head that refuses this conversation has run: the host works.
    if (!(error instanceof TemplateError || error instanceof ConversationError)) throw error;
  }
}
