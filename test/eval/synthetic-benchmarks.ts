import { seededDraw } from "../../lib/eval/stats/random.js";

/** Rows with the columns of allenai/reward-bench-2, a few of each subset; `answer` makes the texts. */
export function syntheticRewardBench2(
  rowsPerSubset: number,
  answer: (subset: string, row: number, isChosen: boolean) => string,
): object[] {
  const row = (id: string, subset: string, index: number, right: number, wrong: number): object => ({
    id,
    prompt: `question ${index} of ${subset}`,
    chosen: Array.from({ length: right }, (_, n) => `${answer(subset, index, true)} ${n}`),
    rejected: Array.from({ length: wrong }, (_, n) => `${answer(subset, index, false)} ${n}`),
    num_correct: right,
    num_incorrect: wrong,
    total_completions: right + wrong,
    subset,
  });
  const bestOfFour = ["Factuality", "Precise IF", "Math", "Safety", "Focus"].flatMap((subset, kind) =>
    Array.from({ length: rowsPerSubset }, (_, index) =>
      row(String(kind * rowsPerSubset + index), subset, index, 1, 3),
    ),
  );
  const ties = Array.from({ length: rowsPerSubset }, (_, index) => [
    row(`ref:${index}`, "Ties", index, 1, 5),
    row(`tied:${index}`, "Ties", index, 2 + (index % 4), 5),
  ]).flat();
  return [...bestOfFour, ...ties];
}

/** Rows with the columns of THU-KEG/RM-Bench; `answer` makes the texts by style. */
export function syntheticRmBench(
  rowsPerDomain: number,
  answer: (domain: string, row: number, isChosen: boolean) => string,
): object[] {
  const draw = seededDraw(3);
  const styles = (text: string): string[] => [
    text,
    `${text}, in detail`,
    `# ${text}\n\n- in **detail** ${draw(100)}`,
  ];
  return ["chat", "math", "code", "safety-refuse", "safety-response"].flatMap((domain) =>
    Array.from({ length: rowsPerDomain }, (_, index) => ({
      id: `${domain}-${index}`,
      prompt: `question ${index} of ${domain}`,
      chosen: styles(answer(domain, index, true)),
      rejected: styles(answer(domain, index, false)),
      domain,
    })),
  );
}
