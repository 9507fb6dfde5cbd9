// What examples/best-of-n uses of node-llama-cpp, with answers that tell their seed. It holds one sequence, as the real one does.
export async function getLlama() {
  return {
    loadModel: async ({ modelPath }) => {
      if (modelPath !== "generator.gguf") throw new Error(`no model ${modelPath}`);
      return { createContext: async () => new Context() };
    },
    dispose: async () => undefined,
  };
}

class Context {
  #isTaken = false;

  getSequence() {
    if (this.#isTaken) throw new Error("No sequences left");
    this.#isTaken = true;
    return {
      dispose: () => {
        this.#isTaken = false;
      },
    };
  }
}

export class LlamaChatSession {
  constructor({ contextSequence }) {
    if (contextSequence === undefined) throw new Error("no sequence");
  }

  async prompt(text, { seed, signal }) {
    signal.throwIfAborted();
    await new Promise((done) => setTimeout(done, 5));
    return `${text} It is ${seed}.`;
  }
}
