import { createHash } from "node:crypto";
import { DisposedError, InvalidArgumentError } from "../../errors.js";
import { canonicalJson } from "../../formats/json/canonical-json.js";
import { largest, requireValue, smallest } from "../../util/collections.js";
import type { ConversationInput } from "../conversation/conversation.js";
import { compareScores, rankScores } from "../pipeline/compare.js";
import type { ModelDescription, Score, ScoreOptions, SettledScore, TextOptions } from "../score.js";
import { checkScoreOptions } from "../score-options.js";
import {
  ScorerFront,
  type Answerer,
  type ConversationSource,
  type ScoreAnswer,
  type ScoreCalls,
  type ScoreMethod,
} from "../scorer-front.js";
import { combineScores, type CombineRule } from "./combine.js";
import { tee } from "./tee.js";

/**
 * Several models as one: each scores every answer, and their rewards become one, with their spread as its standard deviation. Its members
 * are disposed with it.
 */
export class EnsembleScorer<Member extends ScorerFront = ScorerFront> extends ScorerFront {
  override readonly description: ModelDescription;
  readonly #answerer: Answerer = {
    score: ({ messages }, options) => this.#scoreOne(messages, checkEmit(options)),
    rank: async ({ prompt, responses }, options) =>
      rankScores(await this.#scoreAnswers(prompt, responses, checkEmit(options))),
    compare: async ({ prompt, a, b }, options) => {
      const scores = await this.#scoreAnswers(prompt, [a, b], checkEmit(options));
      return compareScores(requireValue(scores, 0), requireValue(scores, 1));
    },
  };

  /** @throws InvalidArgumentError fewer than two members, or one that does not reward whole answers */
  constructor(
    readonly members: readonly Member[],
    readonly rule: CombineRule,
  ) {
    super();
    checkMembers(members, rule);
    this.description = describe(members, rule);
  }

  /** @internal */
  protected override async answerTexts(
    texts: readonly string[],
    options: TextOptions,
  ): Promise<SettledScore[]> {
    const settled: SettledScore[][] = [];
    for (const member of this.members) settled.push(await member.scoreTexts(texts, options));
    return texts.map((_, index) =>
      combineSettled(
        settled.map((scores) => requireValue(scores, index)),
        this.rule,
      ),
    );
  }

  /** @internal */
  protected override answer<Method extends ScoreMethod>(
    method: Method,
    call: ScoreCalls[Method],
    options: ScoreOptions,
  ): ScoreAnswer<Method> {
    return this.#answerer[method](call, options);
  }

  /** @internal Members read ahead by as much as a stream of theirs does, so none waits for another's every answer. */
  protected override stream(
    conversations: ConversationSource,
    options: ScoreOptions,
  ): AsyncGenerator<SettledScore, void, undefined> {
    return this.#zip(conversations, checkEmit(options));
  }

  /** @internal */
  protected override admit(): void {
    if (this.isDisposed) throw DisposedError.of("The ensemble");
  }

  /** @internal */
  protected override async free(): Promise<void> {
    await Promise.all(this.members.map((member) => member.dispose()));
  }

  async #scoreOne(messages: ConversationInput, options: ScoreOptions): Promise<Score> {
    const scores: Score[] = [];
    for (const member of this.members) scores.push(await member.score(messages, options));
    return combineScores(scores, this.rule);
  }

  /** In the order of the answers: members give theirs best first. */
  async #scoreAnswers(
    prompt: string | ConversationInput,
    responses: readonly (string | readonly string[])[],
    options: ScoreOptions,
  ): Promise<Score[]> {
    const byMember: Score[][] = [];
    for (const member of this.members) {
      const ranked = await member.rank(prompt, responses, options);
      byMember.push(ranked.toSorted((a, b) => a.index - b.index));
    }
    return responses.map((_, index) =>
      combineScores(
        byMember.map((scores) => requireValue(scores, index)),
        this.rule,
      ),
    );
  }

  async *#zip(
    conversations: ConversationSource,
    options: ScoreOptions,
  ): AsyncGenerator<SettledScore, void, undefined> {
    // A member that fails ends the others, too.
    const stop = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
    const sources = tee(conversations, this.members.length);
    const streams = this.members.map((member, index) =>
      member.scoreManySettled(requireValue(sources, index), { ...options, signal }),
    );
    try {
      for (;;) {
        const results = await Promise.all(streams.map((stream) => stream.next()));
        const settled = results.flatMap((result) => (result.done === true ? [] : result.value));
        if (settled.length < streams.length) return;
        yield combineSettled(settled, this.rule);
      }
    } finally {
      stop.abort();
      await Promise.allSettled(streams.map((stream) => stream.return()));
    }
  }
}

/** The first error stands for all. */
function combineSettled(settled: readonly SettledScore[], rule: CombineRule): SettledScore {
  const scores: Score[] = [];
  for (const { score, error } of settled) {
    if (error !== undefined) return { error };
    scores.push(score);
  }
  return { score: combineScores(scores, rule) };
}

/** @throws InvalidArgumentError what is emitted is one model's */
function checkEmit(options: ScoreOptions): ScoreOptions {
  const emit = checkScoreOptions(options).emit ?? [];
  if (emit.length === 0) return options;
  throw new InvalidArgumentError(
    `Each member of an ensemble has ${emit.join(", ")} of its own, so an ensemble emits none. Score with one model.`,
  );
}

function checkMembers(members: readonly ScorerFront[], { lambda, scales }: CombineRule): void {
  if (members.length < 2)
    throw new InvalidArgumentError(
      `Expected at least two models for an ensemble but received ${members.length}.`,
    );
  const other = members.find(({ description }) => description.task !== "score");
  if (other !== undefined) {
    const { name, task } = other.description;
    throw new InvalidArgumentError(
      `${name} ${task === "compare" ? "only compares two answers" : "rewards steps"}: an ensemble is of models that reward whole answers.`,
    );
  }
  if (!(lambda >= 0 && lambda < Infinity))
    throw new InvalidArgumentError(`Expected a number from 0 for lambda but received ${lambda}.`);
  const fits =
    scales === undefined || (scales.length === members.length && scales.every(({ std }) => std > 0));
  if (!fits) throw new InvalidArgumentError("Expected a scale with a positive std for each member.");
}

/** Settings are the first member's: all are loaded with the same options. */
function describe(members: readonly ScorerFront[], rule: CombineRule): ModelDescription {
  const all = members.map(({ description }) => description);
  const first = requireValue(all, 0);
  const joined = (values: readonly string[]): string => [...new Set(values)].join(" + ");
  const parts = { members: all.map(({ fingerprint }) => fingerprint), ...rule };
  return {
    name: `${rule.by} of ${all.map(({ name }) => name).join(", ")}`,
    architecture: joined(all.map(({ architecture }) => architecture)),
    hiddenSize: largest(all.map(({ hiddenSize }) => hiddenSize)),
    headKind: "ensemble",
    task: "score",
    attributeNames: [],
    type: joined(all.map(({ type }) => type)),
    contextLength: smallest(all.map(({ contextLength }) => contextLength)),
    fingerprint: createHash("sha256").update(canonicalJson(parts)).digest("hex"),
    settings: { ...first.settings, device: joined(all.map(({ settings }) => settings.device)) },
  };
}
