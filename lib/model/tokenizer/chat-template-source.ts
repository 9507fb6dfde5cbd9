import { invalidField, readCheckpointText } from "./checkpoint-json.js";
import type { TokenizerConfig } from "./tokenizer-json.js";

/** A template in its own file goes before the one in tokenizer_config.json. Source: transformers 4.51, `save_chat_templates`. */
const TEMPLATE_FILE = "chat_template.jinja";

/**
 * The Jinja source of a checkpoint's chat template; of several named ones, `default`. Null when there is none.
 * @throws CheckpointError `CHECKPOINT_INVALID` when several are named and none is the default.
 */
export async function readChatTemplate(
  checkpointDir: string,
  config: TokenizerConfig,
): Promise<string | null> {
  const fromFile = await readCheckpointText(checkpointDir, TEMPLATE_FILE);
  if (fromFile !== undefined) return fromFile;
  const templates = config.chat_template ?? null;
  if (templates === null || typeof templates === "string") return templates;
  const found =
    templates.find(({ name }) => name === "default") ?? (templates.length === 1 ? templates[0] : undefined);
  if (found !== undefined) return found.template;
  throw invalidField(
    "tokenizer_config.json",
    "chat_template",
    `none of the templates is named "default" (${templates.map(({ name }) => name).join(", ") || "empty list"})`,
  );
}
