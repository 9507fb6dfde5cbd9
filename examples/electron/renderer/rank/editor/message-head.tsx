import type { Message } from "llama-reward/electron/renderer";
import type { JSX } from "preact";

const ROLES = ["system", "user", "assistant"];

interface MessageHeadProps {
  message: Message;
  index: number;
  isOnly: boolean;
  onRole: (role: string) => void;
  onMoveUp: () => void;
  onRemove: () => void;
}

/** Whose turn a message is, and what can be done with it. */
export function MessageHead({
  message,
  index,
  isOnly,
  onRole,
  onMoveUp,
  onRemove,
}: MessageHeadProps): JSX.Element {
  const roles = ROLES.includes(message.role) ? ROLES : [...ROLES, message.role];
  return (
    <div class="entry-head">
      <select
        aria-label={`Role of message ${index + 1}`}
        value={message.role}
        onChange={(event) => {
          onRole(event.currentTarget.value);
        }}
      >
        {roles.map((role) => (
          <option key={role}>{role}</option>
        ))}
      </select>
      <span>
        {index > 0 && (
          <button type="button" class="quiet" aria-label={`Move message ${index + 1} up`} onClick={onMoveUp}>
            ↑
          </button>
        )}
        {!isOnly && (
          <button type="button" class="quiet" aria-label={`Remove message ${index + 1}`} onClick={onRemove}>
            Remove
          </button>
        )}
      </span>
    </div>
  );
}
