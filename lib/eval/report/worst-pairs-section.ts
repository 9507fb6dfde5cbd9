import type { ChatMessages } from "../../score/conversation/conversation.js";
import { messageText } from "../items/message-text.js";
import type { WorstPair } from "../analysis/worst-pairs.js";
import { count, decimal } from "./html/format.js";
import { html, type Markup } from "./html/html.js";

/** Pairs that are open when the page is. */
const OPEN_PAIRS = 2;
/** Characters of a message that are shown; a report stays a page even when an answer has megabytes. */
const SHOWN_CHARACTERS = 6000;

/** The most wrong pairs with their texts. All of them come from a dataset and are shown as text, never as markup. */
export function worstPairsSection(pairs: readonly WorstPair[]): Markup {
  const body =
    pairs.length === 0
      ? html`<p>No record was judged wrongly.</p>`
      : html`<p>
            The records where the rejected answer got the higher reward by most. Often they show a wrong
            label, a refusal or a length the model prefers.
          </p>
          ${pairs.map(pairDetails)}`;
  return html`<section aria-labelledby="worst-pairs">
    <h2 id="worst-pairs">Most wrong pairs</h2>
    ${body}
  </section>`;
}

function pairDetails(pair: WorstPair, index: number): Markup {
  const open = index < OPEN_PAIRS ? html` open` : html``;
  const subset = pair.subset === "" ? "" : `${pair.subset}, `;
  return html`<details class="pair" ${open}>
    <summary>Margin ${decimal(pair.margin)}: ${subset}record ${pair.id}</summary>
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
  </details>`;
}

function reward(value: number | null): string {
  return value === null ? "" : `, reward ${decimal(value)}`;
}

function messages(conversation: ChatMessages): Markup {
  return html`${conversation.map(
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
