const EMBEDDING = /(^|\.)embed_tokens\.weight$/;
const OUTPUT = /(^|\.)lm_head\.weight$/;
const FIRST_LAYER = /^(.*?)layers\.0\./;

/**
 * The token embedding of a model that ties it to its output matrix may be stored under the output's name only: safetensors
 * keeps one name of a shared tensor, the first in the alphabet, and notes the others in `__metadata__`.
 * Source: safetensors 0.6 bindings/python/py_src/safetensors/torch.py, `save_model`; transformers 5.24 modeling_utils.py,
 * `tie_weights`, which fills either from the other.
 * @param names of all tensors of the checkpoint
 * @param metadata name of the kept tensor by that of one left out
 * @param isTied what the configuration says
 * @returns the tensor to be called another name, or undefined when the embedding is there
 */
export function tiedEmbedding(
  names: readonly string[],
  metadata: ReadonlyMap<string, string>,
  isTied: boolean,
): { from: string; to: string } | undefined {
  if (names.some((name) => EMBEDDING.test(name))) return undefined;
  const [output, ...others] = names.filter((name) => OUTPUT.test(name));
  if (output === undefined || others.length > 0) return undefined;
  const isNoted = [...metadata].some(([left, kept]) => EMBEDDING.test(left) && OUTPUT.test(kept));
  if (!isNoted && !isTied) return undefined;
  const prefix = names.map((name) => FIRST_LAYER.exec(name)?.[1]).find((found) => found !== undefined);
  return prefix === undefined ? undefined : { from: output, to: `${prefix}embed_tokens.weight` };
}
