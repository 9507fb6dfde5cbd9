import { z } from "zod";
import type { TokenizerInfo } from "./tokenizer-info.js";
import { unsupported } from "./checkpoint-json.js";
import { componentSchema, type Component } from "./tokenizer-json.js";

/** SentencePiece's visible stand-in for a space. */
export const SPACE_MARK = "▁";

type UnicodeForm = NonNullable<TokenizerInfo["normalization"]>;

/** What a tokenizer does to a text before it splits it. */
export interface Normalization {
  form: UnicodeForm | null;
  /** Spaces become `SPACE_MARK`. */
  marksSpaces: boolean;
  /** `SPACE_MARK` goes in front of every stretch of text between special tokens. */
  prepends: boolean;
}

const sequence = z.object({ normalizers: z.array(componentSchema) });
const prepend = z.object({ prepend: z.literal(SPACE_MARK) });
const replaceSpace = z.object({
  pattern: z.object({ String: z.literal(" ") }),
  content: z.literal(SPACE_MARK),
});

/**
 * Reads the normalizer of a tokenizer.json. Understood: the four Unicode forms, and SentencePiece's marking of spaces.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` for everything else (lower-casing, stripping, other replacements).
 */
export function readNormalizer(normalizer: Component | null | undefined): Normalization {
  const result: Normalization = { form: null, marksSpaces: false, prepends: false };
  for (const part of flatten(normalizer)) {
    switch (part.type) {
      case "NFC":
      case "NFD":
      case "NFKC":
      case "NFKD":
        if (result.form !== null) throw reject(part);
        result.form = part.type;
        break;
      case "Prepend":
        if (!prepend.safeParse(part).success) throw reject(part);
        result.prepends = true;
        break;
      case "Replace":
        if (!replaceSpace.safeParse(part).success) throw reject(part);
        result.marksSpaces = true;
        break;
      default:
        throw reject(part);
    }
  }
  return result;
}

/** Whether a text comes out of the normalizer otherwise than it went in. */
export function changesText(normalization: Normalization, text: string): boolean {
  const { form, marksSpaces, prepends } = normalization;
  return prepends || (marksSpaces && text.includes(" ")) || (form !== null && text.normalize(form) !== text);
}

function flatten(component: Component | null | undefined): Component[] {
  if (component == null) return [];
  if (component.type !== "Sequence") return [component];
  const parsed = sequence.safeParse(component);
  if (!parsed.success) throw reject(component);
  return parsed.data.normalizers.flatMap(flatten);
}

function reject(component: Component): Error {
  return unsupported(
    `tokenizer.json: the normalizer ${JSON.stringify(component)} has no counterpart in llama.cpp.`,
    { component },
  );
}
