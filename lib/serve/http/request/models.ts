import { InvalidArgumentError } from "../../../errors.js";
import { HttpError } from "./http-error.js";
import type { ServableScorer } from "./route.js";

/** The models behind one server, by name. */
export class ServedModels {
  readonly #byName: ReadonlyMap<string, ServableScorer>;

  /** @throws InvalidArgumentError there is none, or two have one name */
  constructor(scorers: readonly ServableScorer[]) {
    this.#byName = new Map(scorers.map((scorer) => [scorer.description.name, scorer]));
    if (scorers.length === 0) throw new InvalidArgumentError("Expected at least one model to serve.");
    if (this.#byName.size < scorers.length) {
      const names = scorers.map(({ description }) => description.name).join(", ");
      throw new InvalidArgumentError(
        `Expected models with different names but received ${names}: requests could not tell them apart. ` +
          "The name is in each folder's reward.json.",
      );
    }
  }

  get list(): readonly ServableScorer[] {
    return [...this.#byName.values()];
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /**
   * The model that a request is for: it is named in the body, or in the query where the format has no place for it. One that is
   * alone answers whatever it is called, since clients name what their own servers have.
   * @throws HttpError 422 it is not said, or twice; 404 there is none of that name
   */
  choose(body: unknown, inQuery: string | undefined): ServableScorer {
    const [only] = this.list;
    if (this.#byName.size === 1 && only !== undefined) return only;
    const inBody = modelOf(body);
    if (inBody !== undefined && inQuery !== undefined && inBody !== inQuery) {
      throw invalid(`The address asks for the model ${inQuery}, the body for ${inBody}.`);
    }
    const name = inBody ?? inQuery;
    if (name === undefined) {
      throw invalid(`Say which model: "model" in the body, or ?model= in the address; ${this.#choices()}.`);
    }
    const scorer = this.#byName.get(name);
    if (scorer !== undefined) return scorer;
    throw new HttpError(404, "MODEL_NOT_FOUND", `There is no model ${name} here; ${this.#choices()}.`);
  }

  #choices(): string {
    return `there are ${this.names.join(", ")}`;
  }
}

function modelOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("model" in body)) return undefined;
  const { model } = body;
  if (model === null || model === undefined) return undefined;
  if (typeof model === "string") return model;
  throw invalid("model: expected the name of a model.");
}

function invalid(message: string): HttpError {
  return new HttpError(422, "INVALID_ARGUMENT", message);
}
