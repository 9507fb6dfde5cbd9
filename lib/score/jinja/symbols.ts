/** The names of one Python function that a template is compiled to: the template, a macro, a recursive loop, a loop's filter. */
export class FunctionScope {
  readonly parent: FunctionScope | null;
  slots = 0;

  constructor(parent: FunctionScope | null) {
    this.parent = parent;
  }
}

/** Where a name's value is kept: a slot of a function. */
export interface Reference {
  scope: FunctionScope;
  slot: number;
}

/** What a name holds when its frame is entered. */
type Load =
  | { from: "parameter" | "nothing" }
  | { from: "context"; name: string }
  | { from: "outer"; reference: Reference };

/**
 * The names of one block of a template, resolved before it runs, as Jinja2 does: a name that is set anywhere in a block is
 * the block's own from its start. Source: jinja2/idtracking.py 3.1.6, `Symbols`.
 */
export class Symbols {
  readonly scope: FunctionScope;
  readonly #parent: Symbols | null;
  /** Branches of an `if` share the places of their names. */
  readonly #places: Map<string, Reference>;
  #references: Map<string, Reference>;
  #loads: Map<Reference, Load>;
  #stores: Set<string>;

  constructor(parent: Symbols | null, scope: FunctionScope, source?: Symbols) {
    this.scope = scope;
    this.#parent = parent;
    this.#places = source === undefined ? new Map<string, Reference>() : source.#places;
    this.#references = new Map<string, Reference>(source === undefined ? [] : source.#references);
    this.#loads = new Map<Reference, Load>(source === undefined ? [] : source.#loads);
    this.#stores = source === undefined ? new Set() : new Set(source.#stores);
  }

  get loads(): ReadonlyMap<Reference, Load> {
    return this.#loads;
  }

  copy(): Symbols {
    return new Symbols(this.#parent, this.scope, this);
  }

  #define(name: string, load: Load): Reference {
    let place = this.#places.get(name);
    if (place === undefined)
      this.#places.set(name, (place = { scope: this.scope, slot: this.scope.slots++ }));
    this.#references.set(name, place);
    this.#loads.set(place, load);
    return place;
  }

  find(name: string): Reference | undefined {
    return this.#references.get(name) ?? this.#parent?.find(name);
  }

  store(name: string): void {
    this.#stores.add(name);
    if (this.#references.has(name)) return;
    const outer = this.#parent?.find(name);
    this.#define(name, outer === undefined ? { from: "nothing" } : { from: "outer", reference: outer });
  }

  declareParameter(name: string): Reference {
    this.#stores.add(name);
    return this.#define(name, { from: "parameter" });
  }

  load(name: string): void {
    if (this.find(name) === undefined) this.#define(name, { from: "context", name });
  }

  /** Takes over what the branches of an `if` have set: where only some do, the others see what was there before. */
  updateFromBranches(branches: readonly Symbols[]): void {
    const stores = new Set(branches.flatMap((branch) => [...branch.#stores]));
    for (const name of this.#stores) stores.delete(name);
    for (const branch of branches) {
      for (const [name, reference] of branch.#references) this.#references.set(name, reference);
      for (const [reference, load] of branch.#loads) this.#loads.set(reference, load);
      for (const name of branch.#stores) this.#stores.add(name);
    }
    for (const name of stores) {
      const target = this.find(name);
      if (target === undefined) continue;
      const outer = this.#parent?.find(name);
      this.#loads.set(
        target,
        outer === undefined ? { from: "context", name } : { from: "outer", reference: outer },
      );
    }
  }
}
