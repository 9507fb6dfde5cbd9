import type { ChatMessages } from "../../../score/conversation/conversation.js";
import { unreadable } from "../../../formats/rows.js";
import { parseAs } from "../parse-item.js";
import { alpacaForm } from "./alpaca.js";
import type { Form } from "./form.js";
import { helpSteerRatingsForm } from "./helpsteer-ratings.js";
import { shareGptForm } from "./sharegpt.js";

/** Forms of single conversations beside the contract's. */
export const FORMS: readonly Form[] = [helpSteerRatingsForm, shareGptForm, alpacaForm];

/**
 * The conversation of a row in one of these forms.
 * @returns undefined for a row in none of them
 * @throws DatasetError the row can be read in another way, too, or not as its form says
 */
export function parseForm(row: Readonly<Record<string, unknown>>, line: number): ChatMessages | undefined {
  const form = FORMS.find((candidate) => candidate.matches(row));
  if (form === undefined) return undefined;
  const rival = form.rivals.find((name) => name in row);
  if (rival === undefined) return parseAs(form, row, line);
  throw unreadable(
    `Line ${line + 1} can be read in two ways, as ${form.title} and by its column ${rival}. Leave one of them out.`,
  );
}
