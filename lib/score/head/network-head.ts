import { DisposedError, InvalidArgumentError, ScoreError } from "../../errors.js";
import type { DenseLayer, DenseNetwork, DenseRuntime } from "./dense.js";
import type { Head, HeadInput, HeadResult } from "./head.js";

/**
 * Candidates handled between two turns of the event loop: packing their hidden states and mixing 19 objectives of each takes
 * about a millisecond, and the matrices run nearly as fast with 32 rows as with more.
 */
const CANDIDATES_PER_TURN = 32;

/** A network of a head, and the size of the hidden states it takes. */
export class HeadNetwork {
  readonly #network: DenseNetwork;
  readonly #hiddenSize: number;
  readonly #outputSize: number;

  private constructor(network: DenseNetwork, hiddenSize: number, outputSize: number) {
    this.#network = network;
    this.#hiddenSize = hiddenSize;
    this.#outputSize = outputSize;
  }

  static async create(runtime: DenseRuntime, layers: readonly DenseLayer[]): Promise<HeadNetwork> {
    const network = await runtime.createNetwork(layers);
    return new HeadNetwork(network, layers[0]?.inputSize ?? 0, layers.at(-1)?.outputSize ?? 0);
  }

  /**
   * @param states float32 `[hiddenSize]` each
   * @returns the network's outputs, one row per state
   */
  async forward(states: readonly Float32Array[]): Promise<Float32Array[]> {
    const rows = new Float32Array(states.length * this.#hiddenSize);
    for (const [index, state] of states.entries()) {
      if (state.length !== this.#hiddenSize) {
        throw new InvalidArgumentError(
          `Expected a hidden state of ${this.#hiddenSize} values for candidate ${index} but received ${state.length}.`,
        );
      }
      rows.set(state, index * this.#hiddenSize);
    }
    const outputs = await this.#network.forward(rows);
    return states.map((_, index) =>
      outputs.subarray(index * this.#outputSize, (index + 1) * this.#outputSize),
    );
  }

  dispose(): Promise<void> {
    return this.#network.dispose();
  }
}

/**
 * Makes a head's networks, or none: when one fails the others are freed.
 */
export async function createNetworks<const Stacks extends readonly (readonly DenseLayer[])[]>(
  runtime: DenseRuntime,
  stacks: Stacks,
): Promise<{ [Index in keyof Stacks]: HeadNetwork }> {
  const networks: HeadNetwork[] = [];
  try {
    for (const layers of stacks) networks.push(await HeadNetwork.create(runtime, layers));
  } catch (error) {
    await Promise.all(networks.map((network) => network.dispose()));
    throw error;
  }
  return networks as { [Index in keyof Stacks]: HeadNetwork };
}

/**
 * A head made of networks and a function that scores a handful of candidates with them. Takes care of what all heads share:
 * work in bounded steps, finite results, disposal.
 */
export class NetworkHead implements Head {
  #disposal: Promise<void> | undefined;
  readonly #networks: readonly HeadNetwork[];
  readonly #applyChunk: (inputs: readonly HeadInput[]) => Promise<HeadResult[]>;

  constructor(
    networks: readonly HeadNetwork[],
    applyChunk: (inputs: readonly HeadInput[]) => Promise<HeadResult[]>,
  ) {
    this.#networks = networks;
    this.#applyChunk = applyChunk;
  }

  /**
   * @throws ScoreError `SCORE_INVALID` when a number of a hidden state or of a result is NaN or infinite; `details.candidate` is
   * its index
   */
  async apply(inputs: readonly HeadInput[]): Promise<HeadResult[]> {
    if (this.#disposal !== undefined) throw DisposedError.of("The head");
    inputs.forEach(checkInput);
    const results: HeadResult[] = [];
    for (let start = 0; start < inputs.length; start += CANDIDATES_PER_TURN) {
      for (const result of await this.#applyChunk(inputs.slice(start, start + CANDIDATES_PER_TURN))) {
        checkFinite(result, results.length);
        results.push(result);
      }
    }
    return results;
  }

  dispose(): Promise<void> {
    this.#disposal ??= Promise.all(this.#networks.map((network) => network.dispose())).then(() => undefined);
    return this.#disposal;
  }
}

const ATTRIBUTE_FIELDS = ["mean", "std", "gate", "adjusted", "coefficient"] as const;

/** A ReLU would make a plausible zero of −Infinity. */
function checkInput({ scored, gating }: HeadInput, candidate: number): void {
  for (const state of [scored, gating]) {
    const value = state?.find((number) => !Number.isFinite(number));
    expectFinite(value, "hidden state", candidate, "The backbone");
  }
}

function checkFinite(result: HeadResult, candidate: number): void {
  expectFinite(result.reward, "reward", candidate);
  expectFinite(result.std, "standard deviation", candidate);
  for (const [level, value] of result.quantiles ?? []) expectFinite(value, `quantile ${level}`, candidate);
  for (const [name, attribute] of Object.entries(result.attributes ?? {})) {
    for (const field of ATTRIBUTE_FIELDS) expectFinite(attribute[field], `${field} of ${name}`, candidate);
  }
}

function expectFinite(value: number | undefined, what: string, candidate: number, source = "The head"): void {
  if (value === undefined || Number.isFinite(value)) return;
  throw new ScoreError(
    "SCORE_INVALID",
    `${source} gave ${String(value)} as ${what} of candidate ${candidate}. The hidden state is broken: ` +
      "run `llama-reward verify` on the model folder, and try --type f32 or --device cpu.",
    { details: { candidate } },
  );
}
