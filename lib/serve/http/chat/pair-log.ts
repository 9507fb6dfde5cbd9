import { appendFile } from "node:fs/promises";
import type { BestOf } from "../../../score/best-of/choose-best.js";
import type { ConversationRequest } from "../../../score/conversation/conversation.js";
import { fileError } from "../../../util/caught.js";
import type { ChatSample } from "./completion.js";

/**
 * Preference pairs for DPO out of what is answered: the best candidate beside the worst, a line each, in the columns of the `pairs`
 * command.
 */
export class PairLog {
  readonly #file: string;
  /** Lines are written one after the other: two at once could mix. */
  #last: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** Opens the file, so that a server with a wrong path does not start. @throws FileError */
  async open(): Promise<void> {
    await this.#write("");
  }

  /** @throws FileError */
  add(prompt: ConversationRequest, { best, candidates }: BestOf<ChatSample>): Promise<void> {
    const worst = candidates.reduce((a, b) => (b.score.reward < a.score.reward ? b : a));
    const [chosen, rejected] = [best.sample.message, worst.sample.message];
    if (JSON.stringify(chosen) === JSON.stringify(rejected)) return Promise.resolve();
    const { tools, messages } = prompt;
    return this.#write(
      `${JSON.stringify({
        prompt: messages,
        chosen: [chosen],
        rejected: [rejected],
        score_chosen: best.score.reward,
        score_rejected: worst.score.reward,
        margin: best.score.reward - worst.score.reward,
        ...(tools ? { tools } : {}),
      })}\n`,
    );
  }

  #write(text: string): Promise<void> {
    const written = this.#last.then(async () => {
      try {
        await appendFile(this.#file, text);
      } catch (error) {
        throw fileError("write", this.#file, error);
      }
    });
    this.#last = written.catch(() => undefined);
    return written;
  }
}
