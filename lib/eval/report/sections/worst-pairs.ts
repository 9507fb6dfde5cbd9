import type { ChatMessages } from "../../../score/conversation/conversation.js";
import { messageText } from "../../items/message-text.js";
import type { WorstPair } from "../../analysis/worst-pairs.js";
import { count, counted, decimal } from "../html/format.js";
import { html, type Markup } from "../html/html.js";
import type { Section } from "../report-page.js";

/** Pairs that are open when the page is. */
const OPEN_PAIRS = 2;
/** Characters of a message that are shown; a report stays a page even when an answer has megabytes. */
const SHOWN_CHARACTERS = 6000;

/** Turns of a conversation that are shown. */
const SHOWN_MESSAGES = 40;

/** The pairs that were judged most wrongly. @param wrong how many were judged wrongly, where records count one by one */
export function worstPairsSection(pairs: readonly WorstPair[], wrong: number | null): Section {
  const body =
    pairs.length === 0
      ? html`<p>No record was judged wrongly.</p>`
      : html`<p>
            ${
              wrong !== null && pairs.length < wrong
                ? `The ${pairs.length} of ${counted(wrong, "record", "records")} judged wrongly`
                : `The ${counted(pairs.length, "record", "records")}`
            }
            where the rejected answer got the higher reward by most; scores.jsonl has the rewards of all.
            Often they show a wrong label, a refusal or a length the model prefers.
          </p>
          ${pairList(pairs)}`;
  return { id: "worst-pairs", title: "Most wrong pairs", body };
}

/** Pairs with their texts. All of them come from a dataset and are shown as text, never as markup. */
export function pairList(
  pairs: readonly WorstPair[],
  { open = OPEN_PAIRS, anchors = new Set<string>() }: { open?: number; anchors?: Set<string> } = {},
): Markup {
  return html`${pairs.map((pair, index) => pairDetails(pair, anchorOf(pair.id, anchors), index < open))}`;
}

/** What a link to a record's pair ends with: `pair-` and its id, as an address spells it. Ids that come again get a number. */
function anchorOf(id: string, taken: Set<string>): string {
  const base = `pair-${encodeURIComponent(id.toWellFormed())}`;
  let anchor = base;
  for (let again = 2; taken.has(anchor); again++) anchor = `${base}-${again}`;
  taken.add(anchor);
  return anchor;
}

function pairDetails(pair: WorstPair, anchor: string, isOpen: boolean): Markup {
  const open = isOpen ? html` open` : html``;
  const subset = pair.subset === "" ? "" : `${pair.subset}, `;
  return html`<details class="pair" ${open}>
    <summary>Margin ${decimal(pair.margin)}: ${subset}record ${pair.id}</summary>
    <div class="pair-texts" id="${anchor}">
      <p class="pair-link quiet"><a href="#${anchor}">Link to this pair</a></p>
      <div class="prompt">
        <h3>Prompt</h3>
        ${messages(pair.prompt)}
      </div>
      <div class="answers">
        <div>
          <h3 class="good">Chosen${reward(pair.chosenReward)}</h3>
          ${messages(pair.chosen)}
        </div>
        <div>
          <h3 class="bad">Rejected${reward(pair.rejectedReward)}</h3>
          ${messages(pair.rejected)}
        </div>
      </div>
    </div>
  </details>`;
}

function reward(value: number | null): string {
  return value === null ? "" : `, reward ${decimal(value)}`;
}

function messages(conversation: ChatMessages): Markup {
  const left = conversation.length - SHOWN_MESSAGES;
  return html`${left > 0 ? html`<p class="quiet">${counted(left, "earlier message", "earlier messages")} left out.</p>` : null}
  ${conversation.slice(-SHOWN_MESSAGES).map(
    (message) =>
      html`<div class="message">
        <p class="role">${message.role}</p>
        <pre class="text" tabindex="0" dir="auto">${shown(messageText(message))}</pre>
      </div>`,
  )}`;
}

function shown(text: string): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  return `${text.slice(0, SHOWN_CHARACTERS)}\n[${count(text.length - SHOWN_CHARACTERS)} more characters]`;
}
