import type { ChatMessages, TemplateContext } from "../../../score/conversation/conversation.js";

/**
 * One item of a benchmark or of preference data, whatever its dataset calls the columns: right and wrong answers as whole
 * conversations.
 */
export interface PreferenceItem {
  /** The row's own id, else its line. */
  id: string | number;
  /** Subset, domain or language; empty where the dataset has none. */
  subset: string;
  chosen: readonly ChatMessages[];
  rejected: readonly ChatMessages[];
  /** What the chat template sees beside the messages of each answer. */
  context?: TemplateContext;
}

/** What a layout makes of one row: everything but the id a row may lack. */
export type ParsedRow = Omit<PreferenceItem, "id"> & { id?: string | number | undefined };

/** One way of laying out labelled answers in columns. */
export interface Layout {
  readonly name: string;
  /** For people: what was recognised. */
  readonly title: string;
  /** Columns of `UNHEARD` that this layout has a place for. */
  readonly honours?: readonly string[] | undefined;
  /** Whether a row has the columns of this layout. Values are checked later, by `parse`. */
  matches(row: Readonly<Record<string, unknown>>): boolean;
  /** @throws ZodError the row's values have wrong types */
  readonly parse: (row: unknown) => ParsedRow | undefined;
}
