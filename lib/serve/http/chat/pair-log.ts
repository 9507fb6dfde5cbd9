import { appendFile, open } from "node:fs/promises";
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
  /** Whether the file ends within a line, as a full disk or a killed server leave it. */
  #isTorn = false;
  /** Whether it is one: what goes to a pipe or a device cannot be read again, nor synced. */
  #isFile = true;

  constructor(file: string) {
    this.#file = file;
  }

  /** Opens the file, so that a server with a wrong path does not start. @throws FileError */
  async open(): Promise<void> {
    try {
      await using file = await open(this.#file, "a+");
      const stat = await file.stat();
      this.#isFile = stat.isFile();
      if (!this.#isFile) return;
      const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, stat.size - 1));
      this.#isTorn = bytesRead > 0 && buffer.toString() !== "\n";
    } catch (error) {
      throw fileError("open", this.#file, error);
    }
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
        await appendFile(this.#file, this.#isTorn ? `\n${text}` : text, {
          flush: this.#isFile,
        });
        this.#isTorn = false;
      } catch (error) {
        this.#isTorn = true;
        throw fileError("write", this.#file, error);
      }
    });
    this.#last = written.catch(() => undefined);
    return written;
  }
}
