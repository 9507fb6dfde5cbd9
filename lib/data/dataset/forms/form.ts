import type { ChatMessages } from "../../../score/conversation/conversation.js";

/** One way people lay out a single conversation that is not the contract's own. */
export interface Form {
  /** For people: what was recognised. */
  readonly title: string;
  /** Columns of `UNHEARD` that this form has a place for. */
  readonly honours?: readonly string[] | undefined;
  /** Whether a row has the columns of this form. */
  matches(row: Readonly<Record<string, unknown>>): boolean;
  /** Columns that would be another reading of the same row. */
  readonly rivals: readonly string[];
  /** @throws ZodError the row's values have wrong types; DatasetError */
  readonly parse: (row: unknown) => ChatMessages;
}
