/** The process that downloads and converts one model; `pull-model.ts` starts it. */
import { basename, join } from "node:path";
import { BACKBONE_TYPES, pullModel, type BackboneType } from "llama-reward/convert";
import type { PullEvent } from "../renderer/model/pull-events.js";
import { messageOf } from "../renderer/ui/message-of.js";
import { ABORT_GRACE_MS, type PullRequest } from "./pull-model.js";

const aborted = new AbortController();

process.on("message", (message: PullRequest | "abort") => {
  if (message === "abort") abort();
  else {
    void pull(message).then(end, (error: unknown) => {
      end({ problem: messageOf(error) });
    });
  }
});
// The app is gone: what is half converted goes, too.
process.on("disconnect", abort);
// Ctrl-C in a terminal reaches the whole group: the app decides what it means, and ends this process by the channel.
process.on("SIGINT", () => undefined);

async function pull({ hubId, parent, type }: PullRequest): Promise<PullEvent> {
  const { modelDir } = await pullModel(hubId, {
    to: join(parent, basename(hubId)),
    type: type === "auto" || isBackboneType(type) ? type : undefined,
    signal: aborted.signal,
    onProgress: (progress) => {
      tell({ progress });
    },
  });
  return { modelDir };
}

function abort(): void {
  aborted.abort();
  setTimeout(() => process.exit(), ABORT_GRACE_MS).unref();
}

/** With a callback, since a channel that is closed is an uncaught error without. */
function tell(event: PullEvent, then: () => void = () => undefined): void {
  process.send?.(event, undefined, undefined, then);
}

function end(event: PullEvent): void {
  tell(event, () => process.exit());
}

const isBackboneType = (type: string): type is BackboneType => BACKBONE_TYPES.some((known) => known === type);
