import type { ConversationInput } from "../../score/conversation/conversation.js";
import { checkConversation } from "../../score/conversation/check-conversation.js";
import { HostError, RewardError } from "../../errors.js";
import type { ScoreOptions, SettledScore } from "../../score/score.js";
import type { Connection } from "./connection.js";
import { Credit } from "./credit.js";
import { each } from "../../util/collections.js";
import { Inbox } from "./inbox.js";
import type { WireSettledScore } from "./protocol.js";
import { Batcher } from "./soon.js";
import { decodeError } from "./wire-error.js";
import { wireOptions } from "./wire-options.js";
import { messageOf } from "../../util/caught.js";

type Source = Iterable<ConversationInput> | AsyncIterable<ConversationInput>;

/** A conversation no scorer accepts: holds the place of one that failed its check on this side. */
const PLACEHOLDER: ConversationInput = [];

/**
 * Scores a stream over a connection, in order. Reads the source only as far as the host has room, and lets the host run
 * ahead of the caller by at most one window.
 */
export async function* streamRequest(
  connection: Connection,
  conversations: Source,
  options: ScoreOptions,
): AsyncGenerator<SettledScore, void, undefined> {
  const { signal } = options;
  signal?.throwIfAborted();
  const results = new Inbox<WireSettledScore>();
  const credit = new Credit();
  const rejected = new Map<number, RewardError>();
  let isOpen = true;

  const id = connection.open({
    onMessage: (message) => {
      if (message.type === "want") credit.grant(message.count);
      else if (message.type === "results") results.push(message.results);
      else if (message.type === "progress") reportProgress(message.progress);
    },
    onResult: () => {
      results.end();
    },
    onError: (error) => {
      results.fail(error);
    },
  });
  const reportProgress = (progress: Parameters<NonNullable<ScoreOptions["onProgress"]>>[0]): void => {
    try {
      options.onProgress?.(progress);
    } catch (error) {
      results.fail(error);
    }
  };
  const onAbort = (): void => {
    results.fail(signal?.reason);
  };
  signal?.addEventListener("abort", onAbort, { once: true });

  const taken = new Batcher<1>((ones) => {
    if (isOpen) connection.send({ type: "taken", id, count: ones.length });
  });

  try {
    connection.send({ type: "open", id, options: wireOptions(options) });
    void sendItems({
      conversations,
      credit,
      rejected,
      isOpen: () => isOpen,
      send: (items, end) => {
        connection.send({ type: "items", id, items, end });
      },
    }).catch((error: unknown) => {
      results.fail(error);
    });
    for (let index = 0; ; index++) {
      const result = await results.next();
      if (result === undefined) return;
      taken.add(1);
      const own = rejected.get(index);
      rejected.delete(index);
      yield own === undefined ? fromWire(result.value) : { error: own };
    }
  } finally {
    isOpen = false;
    signal?.removeEventListener("abort", onAbort);
    connection.release(id);
    connection.send({ type: "abort", id });
    // Wakes a sender that waits for room, so that it sees the end and closes the source.
    credit.grant(1);
  }
}

interface Sending {
  conversations: Source;
  credit: Credit;
  /** Errors of conversations that were not sent, by place in the stream. */
  rejected: Map<number, RewardError>;
  isOpen: () => boolean;
  send: (items: ConversationInput[], end: boolean) => void;
}

async function sendItems({ conversations, credit, rejected, isOpen, send }: Sending): Promise<void> {
  const batch = new Batcher<ConversationInput>((items) => {
    if (isOpen()) send(items, false);
  });
  const iterator = each(conversations);
  let isDone = false;
  try {
    for (let index = 0; ; index++) {
      await credit.take();
      if (!isOpen()) return;
      const item = await iterator.next();
      if (item.done === true) {
        isDone = true;
        break;
      }
      batch.add(sendable(item.value, index, rejected));
    }
    batch.flushNow();
    if (isOpen()) send([], true);
  } catch (error) {
    isDone = true;
    throw error;
  } finally {
    if (!isDone) await iterator.return();
  }
}

function sendable(
  item: ConversationInput,
  index: number,
  rejected: Map<number, RewardError>,
): ConversationInput {
  try {
    return checkConversation(item);
  } catch (error) {
    rejected.set(index, asRewardError(error));
    return PLACEHOLDER;
  }
}

/** A settled score as it was before it travelled. */
export function fromWire(settled: WireSettledScore): SettledScore {
  return "score" in settled ? settled : { error: asRewardError(decodeError(settled.error)) };
}

function asRewardError(error: unknown): RewardError {
  if (error instanceof RewardError) return error as RewardError;
  const message = messageOf(error);
  return new HostError("HOST_FAILED", `The scoring host failed unexpectedly: ${message}`, { cause: error });
}
