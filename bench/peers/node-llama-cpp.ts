import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Peer, PeerOptions } from "../peer.js";

/** The part of node-llama-cpp's API used here; the package itself is installed for the benchmark only. */
interface NodeLlamaCpp {
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<{
      createEmbeddingContext(options: object): Promise<{
        getEmbeddingFor(tokens: number[]): Promise<unknown>;
        dispose(): Promise<void>;
      }>;
      dispose(): Promise<void>;
    }>;
  }>;
}

/**
 * node-llama-cpp's embedding context, the nearest thing a Node user has: one text at a time, every token an output, the
 * context erased in between. Installed by `npm run bench` into `bench/`; found there or beside the project.
 */
export async function start(options: PeerOptions): Promise<Peer> {
  const peer = await importPeer();
  const llama = await peer.getLlama({
    gpu: options.device === "cpu" ? false : options.device,
    build: "never",
    logLevel: "error",
    maxThreads: options.threads,
    skipDownload: true,
  });
  const model = await llama.loadModel({ modelPath: options.modelPath });
  const context = await model.createEmbeddingContext({
    contextSize: options.contextLength,
    batchSize: 512,
    threads: options.threads,
  });
  return {
    run: async (candidates) => {
      for (const tokens of candidates) await context.getEmbeddingFor([...tokens]);
      return undefined;
    },
    dispose: async () => {
      await context.dispose();
      await model.dispose();
    },
  };
}

async function importPeer(): Promise<NodeLlamaCpp> {
  const places = [join(process.cwd(), "bench"), process.cwd()];
  for (const place of places) {
    try {
      const entry = createRequire(join(place, "package.json")).resolve("node-llama-cpp");
      return (await import(pathToFileURL(entry).href)) as NodeLlamaCpp;
    } catch {
      // Look in the next place.
    }
  }
  throw new Error("node-llama-cpp is not installed: `npm run bench` installs it into bench/");
}
