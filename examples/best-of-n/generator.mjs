import { getLlama, LlamaChatSession } from "node-llama-cpp";

/**
 * Opens a language model by node-llama-cpp. It and the reward model each have llama.cpp's libraries; nothing is shared but the processor.
 * @param path a GGUF file with an output matrix, such as any chat model's
 */
export async function openGenerator(path) {
  const llama = await getLlama({ gpu: false, build: "never" });
  const language = await llama.loadModel({ modelPath: path });
  const context = await language.createContext({ contextSize: 2048 });
  let last = Promise.resolve();
  return {
    /** One answer; calls wait for each other, since one sequence writes one answer at a time. */
    generate(prompt, { seed, signal }) {
      last = last.then(
        () => answer(prompt, seed, signal),
        () => answer(prompt, seed, signal),
      );
      return last;
    },
    async dispose() {
      await llama.dispose();
    },
  };

  async function answer(prompt, seed, signal) {
    const sequence = context.getSequence();
    try {
      const session = new LlamaChatSession({ contextSequence: sequence });
      return await session.prompt(prompt, { temperature: 0.9, seed, signal, maxTokens: 128 });
    } finally {
      sequence.dispose();
    }
  }
}
