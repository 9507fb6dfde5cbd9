import type { Message } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import {
  hasSystemPrompt,
  movedUp,
  withMessage,
  withoutMessage,
  withSystemPrompt,
  withTurn,
} from "../../workspace/draft-messages.js";
import type { Workspace } from "../../workspace/use-workspace.js";
import { focusSoon } from "../../ui/focus-soon.js";
import { TextBox } from "../../ui/text-box.js";
import { MessageHead } from "./message-head.js";
import { usePaste } from "./use-paste.js";

const fieldOf = (index: number): string => `message-${index}`;

/** The conversation before the candidates: its turns, and a system prompt. Pasted JSON fills all of it. */
export function ConversationEditor({ workspace }: { workspace: Workspace }): JSX.Element {
  const { messages } = workspace.drafts.current;
  const paste = usePaste(workspace);
  const type = (change: (messages: readonly Message[]) => Message[]): void => {
    workspace.type((draft) => ({ ...draft, messages: change(draft.messages) }));
  };
  return (
    <fieldset>
      <legend>Conversation</legend>
      {messages.map((message, index) => (
        <div class="entry" key={index}>
          <MessageHead
            message={message}
            index={index}
            isOnly={messages.length === 1}
            onRole={(role) => {
              type((old) => withMessage(old, index, { role }));
            }}
            onMoveUp={() => {
              type((old) => movedUp(old, index));
              focusSoon(fieldOf(index - 1));
            }}
            onRemove={() => {
              workspace.replace(`Message ${index + 1} removed`, (draft) => ({
                ...draft,
                messages: withoutMessage(draft.messages, index),
              }));
              focusSoon(fieldOf(Math.max(0, index - 1)));
            }}
          />
          <TextBox
            id={fieldOf(index)}
            label={`Message ${index + 1}`}
            value={message.content}
            placeholder={
              index === 0 ? "What was asked. Pasted JSON messages fill the whole conversation." : ""
            }
            onChange={(content) => {
              type((old) => withMessage(old, index, { content }));
            }}
            onPaste={(pasted, whole) =>
              paste(pasted, (draft) => ({
                ...draft,
                messages: withMessage(draft.messages, index, { content: whole }),
              }))
            }
          />
        </div>
      ))}
      <button
        type="button"
        class="quiet"
        onClick={() => {
          type(withTurn);
          focusSoon(fieldOf(messages.length));
        }}
      >
        Add message
      </button>
      {!hasSystemPrompt(messages) && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            type(withSystemPrompt);
            focusSoon(fieldOf(0));
          }}
        >
          Add system prompt
        </button>
      )}
    </fieldset>
  );
}
