import { InvalidArgumentError } from "../../errors.js";
import type { ScoreOptions, Scorer, TextScorer } from "../../score/score.js";
import { answeredBy } from "../../score/scorer-front.js";
import type { CallRequest, ScorerStatus } from "./protocol.js";
import { toWire } from "./served-stream.js";

/** A scorer, with what else a `RewardModel` can do and tell, if it can. */
export type HostableScorer = Scorer & Partial<TextScorer> & Readonly<ScorerStatus>;

/** Answers one request-and-answer method. @throws what the scorer throws; InvalidArgumentError the scorer has no such method */
export async function answerCall(
  scorer: HostableScorer,
  request: CallRequest,
  options: ScoreOptions,
): Promise<unknown> {
  // The scorer checks conversations and texts itself: what came over the wire is no more trusted than a caller's.
  switch (request.method) {
    case "scoreTexts": {
      if (scorer.scoreTexts === undefined) {
        throw new InvalidArgumentError("This host's model takes conversations only, no rendered prompts.");
      }
      const { texts, addSpecialTokens } = request;
      const { signal, caller } = options;
      return (await scorer.scoreTexts(texts, { addSpecialTokens, signal, caller })).map(toWire);
    }
    case "status":
      return { placement: scorer.placement, stats: scorer.stats && { ...scorer.stats } };
    default:
      return answeredBy(scorer)[request.method](request as never, options);
  }
}
