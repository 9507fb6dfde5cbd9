import { unsupported } from "./checkpoint-json.js";
import type { Merge } from "./merges.js";
import type { TokenList } from "./token-list.js";

/** Shows a few of many. */
const SHOWN = 5;

/**
 * Scores with which llama.cpp's SentencePiece tokenizer joins what the merges join, in their order: the score of a token is
 * minus the rank of the first merge that makes it. Tokens that no merge makes come last; nothing forms them.
 *
 * llama.cpp joins any two neighbours whose text together is a token, the best score first; the tokenizers library only
 * the pairs in the merge list. So every way of cutting a token in two tokens must be a merge, which is how merge lists are
 * made from SentencePiece models (transformers 4.46, `convert_slow_tokenizer.generate_merges`).
 * Source: llama.cpp v0.5.0 src/llama-vocab.cpp, `llm_tokenizer_spm_session`.
 * @returns `[texts.length]`, float32: exact up to 2^24 merges.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` when some cut is not a merge.
 */
export function scoresFromMerges(list: TokenList, merges: readonly Merge[]): Float32Array {
  const rankByToken = new Map<string, number>();
  const pairs = new Set<string>();
  merges.forEach(([left, right], rank) => {
    pairs.add(pairKey(left, right));
    if (!rankByToken.has(left + right)) rankByToken.set(left + right, rank);
  });
  const extra = extraPairs(list, pairs, rankByToken);
  if (extra.length > 0) {
    throw unsupported(
      `tokenizer.json: ${extra.length} pairs would be joined by llama.cpp's SentencePiece tokenizer but are not in ` +
        `model.merges, for example ${extra.slice(0, SHOWN).join(", ")}.`,
      { count: extra.length },
    );
  }
  return Float32Array.from(list.texts, (text) => -(rankByToken.get(text) ?? merges.length));
}

/** Cuts of mergeable tokens, both halves tokens, that the merge list does not have. */
function extraPairs(
  list: TokenList,
  pairs: ReadonlySet<string>,
  rankByToken: ReadonlyMap<string, number>,
): string[] {
  const texts = new Set(list.texts);
  const extra: string[] = [];
  for (const token of rankByToken.keys()) {
    for (let cut = 1; cut < token.length; cut += 1) {
      const left = token.slice(0, cut);
      const right = token.slice(cut);
      if (texts.has(left) && texts.has(right) && !pairs.has(pairKey(left, right))) {
        extra.push(`${JSON.stringify(left)}+${JSON.stringify(right)}`);
      }
    }
  }
  return extra;
}

function pairKey(left: string, right: string): string {
  return `${left.length}:${left}${right}`;
}
