import { createReadStream } from "node:fs";
import { recordContext } from "../../data/dataset/record-context.js";
import { withExactFields } from "../../data/dataset/exact-fields.js";
import { InvalidArgumentError } from "../../errors.js";
import { LARGEST_RECORD_BYTES, parseJson } from "../../formats/json/parse-json.js";
import { checkConversation } from "../../score/conversation/check-conversation.js";
import { asRequest, withContext, type ConversationInput } from "../../score/conversation/conversation.js";
import { messageOf } from "../../util/caught.js";
import { decodeUtf8, withoutByteOrderMark } from "../../util/utf8.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { PromptOptions } from "./prompt-options.js";

/** The name that stands for standard input. */
const STDIN = "-";

/** Texts that options name: from files, or one of them from standard input. */
export class TextFiles {
  #stdinOption: string | undefined;

  constructor(readonly io: CliIo) {}

  /**
   * A text as its file has it. One newline at its end is left off: editors put it there, and it would be scored.
   * @param option whose file it is
   * @throws InvalidArgumentError it cannot be read or is not UTF-8; standard input is asked for twice
   */
  async text(option: string, file: string): Promise<string> {
    const bytes = await this.bytes(option, file);
    try {
      return withoutByteOrderMark(decodeUtf8(bytes)).replace(/\r?\n$/, "");
    } catch (cause) {
      throw new InvalidArgumentError(
        `Expected ${option} to be a text in UTF-8 but ${named(file)} is not. Save it as UTF-8.`,
        { cause },
      );
    }
  }

  /** @throws InvalidArgumentError as above, or it is longer than anything that is scored; `signal.reason` */
  async bytes(option: string, file: string): Promise<Uint8Array> {
    const { stdin, signal } = this.io;
    if (file === STDIN) {
      if (this.#stdinOption !== undefined) {
        throw new InvalidArgumentError(
          `Standard input can be read once, but ${this.#stdinOption} and ${option} both name it. Give one of them a file.`,
        );
      }
      this.#stdinOption = option;
    }
    const pieces: Uint8Array[] = [];
    let length = 0;
    try {
      const source = file === STDIN ? stdin : (createReadStream(file) as AsyncIterable<Uint8Array>);
      for await (const piece of source) {
        length += piece.length;
        if (length > LARGEST_RECORD_BYTES) break;
        pieces.push(piece);
      }
    } catch (cause) {
      // Ctrl-C takes standard input away, which looks like one that broke off.
      signal.throwIfAborted();
      throw new InvalidArgumentError(
        `Expected ${option} to be a file that can be read: ${messageOf(cause)}. For a text on the command line use ` +
          `${option.replace(/-file$/, "")}.`,
        { cause },
      );
    }
    signal.throwIfAborted();
    if (length <= LARGEST_RECORD_BYTES) return Buffer.concat(pieces);
    throw new InvalidArgumentError(
      `Expected ${option} to have at most ${LARGEST_RECORD_BYTES >> 20} MiB but ${named(file)} has more.`,
    );
  }
}

/**
 * What was asked: a text, or the turns of a conversation.
 * @throws InvalidArgumentError not exactly one way was chosen, or its file cannot be used; ConversationError
 */
export async function readPrompt(
  files: TextFiles,
  options: PromptOptions,
): Promise<string | ConversationInput> {
  const { prompt, promptFile, messages, system } = options;
  const given = [prompt, promptFile, messages].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new InvalidArgumentError(
      given.length === 0
        ? "Say what was asked: --prompt TEXT, --prompt-file FILE or --messages FILE (- is standard input)."
        : "--prompt, --prompt-file and --messages say the same thing. Give one of them.",
    );
  }
  if (messages !== undefined) return withSystem(await readMessages(files, messages), system);
  const text = promptFile === undefined ? (prompt ?? "") : await files.text("--prompt-file", promptFile);
  return system === undefined ? text : withSystem([{ role: "user", content: text }], system);
}

async function readMessages(files: TextFiles, file: string): Promise<ConversationInput> {
  const parsed = parseJson(await files.bytes("--messages", file));
  if (parsed === undefined || parsed.problem !== undefined)
    throw new InvalidArgumentError(
      `Expected --messages to hold JSON, [{"role": "user", "content": "…"}], but ${named(file)} ${parsed?.problem ?? "is empty"}.`,
    );
  const record: unknown = Array.isArray(parsed.value)
    ? { messages: parsed.value as unknown[] }
    : parsed.value;
  if (typeof record === "object" && record !== null && "messages" in record) {
    const fields = withExactFields(record);
    return checkConversation(withContext(fields.messages as [], recordContext(fields)));
  }
  throw new InvalidArgumentError(
    `Expected --messages to hold a list of messages, or a record with messages, but ${named(file)} has neither.`,
  );
}

/** @throws InvalidArgumentError there is a system turn already */
function withSystem(conversation: ConversationInput, system: string | undefined): ConversationInput {
  if (system === undefined) return conversation;
  const { messages, ...context } = asRequest(conversation);
  if (messages.some(({ role }) => role === "system"))
    throw new InvalidArgumentError("--messages has a system turn already. Leave --system out.");
  return withContext([{ role: "system", content: system }, ...messages], context);
}

function named(file: string): string {
  return file === STDIN ? "standard input" : file;
}
