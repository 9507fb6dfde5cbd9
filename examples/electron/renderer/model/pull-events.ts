import type { Progress } from "llama-reward/electron/renderer";

/** What a pull tells while it goes, and what ends it. */
export type PullEvent = { progress: Progress } | { modelDir: string } | { problem: string };

/** Reads a pull's events, a line each, to the end. @returns the model folder. @throws Error what went wrong, in words */
export async function readPullEvents(
  response: Response,
  onProgress: (progress: Progress) => void,
): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream("utf-8", { ignoreBOM: true })).getReader();
  let text = "";
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) throw new Error("The scoring server ended before the model was there.");
    const lines = (text + value).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) {
      const event = JSON.parse(line) as PullEvent;
      if ("progress" in event) onProgress(event.progress);
      else if ("modelDir" in event) return event.modelDir;
      else throw new Error(event.problem);
    }
  }
}
