import type {
  NativeBatch,
  NativeContext,
  NativeContextInfo,
} from "../../../lib/score/native/native-addon.js";

interface Cell {
  token: number;
  position: number;
  sequences: Set<number>;
}

/** Hidden size of the simulated states. */
export const SIMULATED_HIDDEN_SIZE = 3;

/**
 * A context that keeps a KV cache as llama.cpp does, checks every rule of `llama_batch_allocr::init` and of the cell search
 * (v0.5.0), and gives as "hidden state" a fingerprint of exactly the cells the token can see. Anything the planner gets wrong
 * (a missing, doubled or foreign cell, a wrong position) changes the fingerprint or throws.
 */
export class SimulatedContext implements NativeContext {
  readonly info: NativeContextInfo;
  /** Tokens of every decode so far. */
  readonly decodedTokens: number[] = [];
  peakCells = 0;
  isDisposed = false;
  /** Set to make the next decodes fail: called before anything is stored. */
  beforeDecode: (batch: NativeBatch) => Promise<void> | void = () => undefined;
  #cells = new Set<Cell>();
  #isBusy = false;
  #isCancelled = false;

  constructor(info: Partial<NativeContextInfo> = {}) {
    const batchSize = info.batchSize ?? 16;
    this.info = {
      contextLength: 256,
      batchSize,
      ubatchSize: batchSize,
      maxOutputs: 8,
      maxSequences: 256,
      threads: 1,
      ...info,
    };
  }

  get usedCells(): number {
    return this.#cells.size;
  }

  async decode(batch: NativeBatch): Promise<Float32Array> {
    if (this.#isBusy) throw new Error("CONTEXT_BUSY");
    this.#isBusy = true;
    this.#isCancelled = false;
    try {
      await Promise.resolve();
      await this.beforeDecode(batch);
      this.#check(batch);
      const rows = this.#store(batch);
      this.#checkCancelled();
      return rows;
    } finally {
      this.#isBusy = false;
    }
  }

  cancel(): void {
    this.#isCancelled = true;
  }

  copySequence(from: number, to: number, start: number, end: number): void {
    this.#checkIdle();
    if (start !== this.sequence(to).length) throw new Error(`Sequence ${to} does not go on at ${start}.`);
    for (const cell of this.#cells) {
      if (cell.sequences.has(from) && isInside(cell.position, start, end)) cell.sequences.add(to);
    }
  }

  removeSequence(sequence: number, start: number, end: number): void {
    this.#checkIdle();
    for (const cell of this.#cells) {
      if (isInside(cell.position, start, end)) cell.sequences.delete(sequence);
      if (cell.sequences.size === 0) this.#cells.delete(cell);
    }
  }

  sequenceRange(sequence: number): { first: number; last: number } {
    const last = this.sequence(sequence).length - 1;
    return { first: Math.min(0, last), last };
  }

  /** The cells hold no numbers: wiping changes nothing. */
  clear(): void {
    this.#checkIdle();
    this.#cells.clear();
  }

  dispose(): Promise<void> {
    this.#checkIdle();
    this.isDisposed = true;
    return Promise.resolve();
  }

  /** Tokens of a sequence by position. */
  sequence(id: number): number[] {
    const tokens: number[] = [];
    for (const cell of this.#cells) if (cell.sequences.has(id)) tokens[cell.position] = cell.token;
    return tokens;
  }

  #checkIdle(): void {
    if (this.#isBusy) throw new Error("The context is used while a decode runs.");
    if (this.isDisposed) throw new Error("The context is used after dispose.");
  }

  #checkCancelled(): void {
    if (this.#isCancelled)
      throw Object.assign(new Error("The decode was cancelled."), { code: "DECODE_CANCELLED" });
  }

  #check(batch: NativeBatch): void {
    const size = batch.tokens.length;
    if (size === 0 || size > this.info.batchSize) throw new Error(`A batch of ${size} tokens.`);
    if (batch.positions.length !== size || batch.sequenceOffsets.length !== size + 1)
      throw new Error("Ragged batch.");
    if (batch.outputs.length > this.info.maxOutputs) throw new Error(`${batch.outputs.length} outputs.`);
    let previous = -1;
    for (const row of batch.outputs) {
      if (row <= previous || row >= size) throw new Error("Outputs are not ascending rows.");
      previous = row;
    }
    const before = new Map<number, number>();
    const expected = new Map<number, number>();
    for (let row = 0; row < size; row++) {
      const ids = idsOf(batch, row);
      if (ids.length === 0 || new Set(ids).size !== ids.length)
        throw new Error("No or doubled sequence ids.");
      for (const id of ids) {
        if (id < 0 || id >= this.info.maxSequences) throw new Error(`Sequence ${id} is out of range.`);
        if (!before.has(id)) before.set(id, this.sequence(id).length);
        const next = expected.get(id) ?? before.get(id);
        if (batch.positions[row] !== next) throw new Error(`Sequence ${id} is not consecutive.`);
        expected.set(id, (batch.positions[row] ?? 0) + 1);
        if (before.get(id) !== before.get(ids[0] ?? -1))
          throw new Error(`Sequence ${id} is coupled but diverged.`);
      }
    }
    if (this.#cells.size + size > this.info.contextLength) throw new Error("KV cache full.");
  }

  #store(batch: NativeBatch): Float32Array {
    const rows: number[] = [];
    batch.tokens.forEach((token, row) => {
      this.#cells.add({ token, position: batch.positions[row] ?? -1, sequences: new Set(idsOf(batch, row)) });
      this.decodedTokens.push(token);
      if (!batch.outputs.includes(row)) return;
      for (const [index, id] of idsOf(batch, row).entries()) {
        const state = fingerprint(this.#visible(id, batch.positions[row] ?? -1));
        if (index === 0) rows.push(...state);
        else if (state.join() !== rows.slice(-SIMULATED_HIDDEN_SIZE).join()) {
          throw new Error("One token sees different prefixes.");
        }
      }
    });
    this.peakCells = Math.max(this.peakCells, this.#cells.size);
    return Float32Array.from(rows);
  }

  /** Tokens that position `position` of a sequence attends to. */
  #visible(id: number, position: number): number[] {
    const cells = [...this.#cells].filter((cell) => cell.sequences.has(id) && cell.position <= position);
    const tokens: number[] = [];
    for (const cell of cells) {
      if (tokens[cell.position] !== undefined)
        throw new Error(`Sequence ${id} has two cells at ${cell.position}.`);
      tokens[cell.position] = cell.token;
    }
    if (tokens.length !== position + 1 || cells.length !== position + 1)
      throw new Error(`Sequence ${id} has a gap.`);
    return tokens;
  }
}

/** The simulated hidden state of the last of some tokens. */
export function fingerprint(tokens: readonly number[]): number[] {
  let [a, b] = [7, 11];
  for (const token of tokens) {
    a = (a * 31 + token + 1) % 65_521;
    b = (b * 131 + token + 1) % 65_519;
  }
  return [tokens.length, a, b];
}

function isInside(position: number, start: number, end: number): boolean {
  return position >= start && (end < 0 || position < end);
}

function idsOf(batch: NativeBatch, row: number): number[] {
  return [...batch.sequenceIds.subarray(batch.sequenceOffsets[row], batch.sequenceOffsets[row + 1])];
}
