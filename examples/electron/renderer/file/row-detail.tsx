import type { JSX } from "preact";
import { breakdownOf } from "../rank/results/breakdown.js";
import { BreakdownPanel } from "../rank/results/breakdown-panel.js";
import { formatReward } from "../ui/format.js";
import { letter } from "../workspace/draft.js";
import { answersOf, type RowAnswer } from "./answers-of.js";
import { problemOf, type ResultRow } from "./file-run.js";

/** One record with all its texts, and what each answer got. */
export function RowDetail({ row, onClose }: { row: ResultRow; onClose: () => void }): JSX.Element {
  const answers = answersOf(row);
  const problem = problemOf(row);
  return (
    <section class="row-detail" aria-label={`Record ${row.record.id}`}>
      <header>
        <h2>Record {row.record.id}</h2>
        <button type="button" class="quiet" onClick={onClose}>
          Close
        </button>
      </header>
      {problem !== undefined && <p class="error">{problem}</p>}
      {answers.length === 0 ? (
        <pre>{row.record.text}</pre>
      ) : (
        <>
          <h3>Conversation</h3>
          <pre>{answers[0]?.prompt}</pre>
        </>
      )}
      {answers.map((answer, index) => (
        <Answer key={index} answer={answer} name={letter(index)} />
      ))}
    </section>
  );
}

function Answer({ answer, name }: { answer: RowAnswer; name: string }): JSX.Element {
  const { score } = answer.outcome ?? {};
  const breakdown = score === undefined ? undefined : breakdownOf(score);
  const isNumber = /^\d+$/.test(answer.name);
  return (
    <article>
      <h3>
        {isNumber ? `Answer ${Number(answer.name) + 1}` : answer.name}
        {score !== undefined && (
          <span class="dot-value">
            {" "}
            {formatReward(score.reward)}
            {score.std !== undefined && <small> ± {formatReward(score.std)}</small>}
          </span>
        )}
      </h3>
      <pre>{answer.text}</pre>
      {breakdown !== undefined && score !== undefined && (
        <BreakdownPanel breakdown={breakdown} reward={score.reward} name={name} />
      )}
      {score?.warnings.map((warning) => (
        <p class="warning" key={warning}>
          {warning}
        </p>
      ))}
    </article>
  );
}
