/** What is wrong with a Parquet file, a row group or a column: the end of a sentence about it. Never leaves the reader. */
export class ParquetProblem extends Error {
  override readonly name = "ParquetProblem";
}

/** @throws ParquetProblem */
export function demand(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new ParquetProblem(problem);
}
