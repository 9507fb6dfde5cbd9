/** The process that downloads and converts one model; `pull-model.ts` starts it. */
import { basename, join } from "node:path";
import { BACKBONE_TYPES, pullModel, type BackboneType } from "llama-reward/convert";
import type { PullEvent } from "../renderer/model/pull-events.js";
import type { PullRequest } from "./pull-model.js";

const aborted = new AbortController();

process.on("message", (message: PullRequest | "abort") => {
  if (message === "abort") aborted.abort();
  else {
    void pull(message).then(end, (error: unknown) => {
      end({ problem: problemOf(error) });
    });
  }
});
process.on("disconnect", () => {
  process.exit();
});

async function pull({ hubId, parent, type }: PullRequest): Promise<PullEvent> {
  const { modelDir } = await pullModel(hubId, {
    to: join(parent, basename(hubId)),
    type: type === "auto" || isBackboneType(type) ? type : undefined,
    signal: aborted.signal,
    onProgress: (progress) => process.send?.({ progress } satisfies PullEvent),
  });
  return { modelDir };
}

function end(event: PullEvent): void {
  process.send?.(event, () => process.exit());
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string"
    ? `${error.code}: ${error.message}`
    : error.message;
}

const isBackboneType = (type: string): type is BackboneType => BACKBONE_TYPES.some((known) => known === type);
