import type { Progress } from "../../score/score.js";
import { soon } from "./soon.js";

/** Sends the newest progress of a call, at most once per turn of the event loop. */
export class LatestProgress {
  readonly #post: (progress: Progress) => void;
  #latest: Progress | undefined;

  constructor(post: (progress: Progress) => void) {
    this.#post = post;
  }

  readonly report = (progress: Progress): void => {
    if (this.#latest === undefined) {
      soon(() => {
        this.flush();
      });
    }
    this.#latest = progress;
  };

  flush(): void {
    if (this.#latest === undefined) return;
    const { phase, unit, done, total } = this.#latest;
    this.#latest = undefined;
    this.#post({ phase, unit, done, total } as Progress);
  }
}
