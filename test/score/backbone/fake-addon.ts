import { Backbone } from "../../../lib/score/backbone/backbone.js";
import type {
  NativeAddon,
  NativeContextOptions,
  NativeDevice,
  NativeFileOutline,
  NativeModel,
  NativeModelOptions,
} from "../../../lib/score/native/native-addon.js";
import { SIMULATED_HIDDEN_SIZE, SimulatedContext } from "./simulated-context.js";

export const CPU: NativeDevice = {
  name: "CPU",
  backend: "CPU",
  kind: "cpu",
  description: "CPU",
  memoryTotalBytes: 1e10,
  memoryFreeBytes: 1e10,
};
export const GPU: NativeDevice = { ...CPU, name: "CUDA0", backend: "CUDA", kind: "gpu" };

/** An error as the addon makes it. */
export const coded = (code: string, details = {}): Error => Object.assign(new Error(code), { code, details });

/** An addon without llama.cpp: remembers what it was asked for, and fails where a test wants it to. */
export class FakeAddon implements Pick<
  NativeAddon,
  "devices" | "readOutline" | "loadModel" | "createContext"
> {
  modelOptions: NativeModelOptions | undefined;
  readonly triedLayers: number[] = [];
  outline: NativeFileOutline = { architecture: "llama", numbers: {}, tensors: [] };
  failLoad: (options: NativeModelOptions) => Error | undefined = () => undefined;
  readonly contextOptions: NativeContextOptions[] = [];
  isCancelled = false;
  isModelDisposed = false;
  finishLoad: (failure?: Error) => void = () => undefined;
  isLoadManual = false;
  context: SimulatedContext | undefined;
  failContext: (options: NativeContextOptions) => Error | undefined = () => undefined;
  readonly #devices: NativeDevice[];

  constructor(devices: NativeDevice[] = [CPU]) {
    this.#devices = devices;
  }

  devices(): NativeDevice[] {
    return this.#devices;
  }

  readOutline(): Promise<NativeFileOutline> {
    return Promise.resolve(this.outline);
  }

  loadModel(options: NativeModelOptions): ReturnType<NativeAddon["loadModel"]> {
    this.modelOptions = options;
    this.triedLayers.push(options.gpuLayers);
    const result = new Promise<NativeModel>((resolve, reject) => {
      this.finishLoad = (failure) => {
        if (failure === undefined) resolve(this.#model());
        else reject(failure);
      };
    });
    if (!this.isLoadManual) this.finishLoad(this.failLoad(options));
    return {
      result,
      progress: () => 0.5,
      cancel: () => {
        this.isCancelled = true;
        this.finishLoad(coded("MODEL_LOAD_CANCELLED"));
      },
    };
  }

  createContext(_: NativeModel, options: NativeContextOptions): Promise<SimulatedContext> {
    this.contextOptions.push(options);
    const failure = this.failContext(options);
    if (failure) return Promise.reject(failure);
    this.context = new SimulatedContext({ batchSize: options.batchSize });
    return Promise.resolve(this.context);
  }

  #model(): NativeModel {
    return {
      info: {
        architecture: "llama",
        description: "",
        hiddenSize: SIMULATED_HIDDEN_SIZE,
        layerCount: 8,
        headCount: 1,
        kvHeadCount: 1,
        vocabSize: 10,
        trainContextLength: 4096,
        slidingWindow: 0,
        parameterCount: 1000,
        sizeBytes: 1000,
        kvElementsPerCell: 16,
        isPrefilled: false,
        precision: "exact",
      },
      metadata: () => undefined,
      tokenize: (texts) => Promise.resolve(texts.map(() => Int32Array.of(1))),
      specialTokens: () => [],
      longestToken: () => 1,
      dispose: () => {
        this.isModelDisposed = true;
        return Promise.resolve();
      },
    };
  }
}

/** Loads a backbone from a fake addon. */
export const load = (
  addon: FakeAddon,
  options: Parameters<typeof Backbone.load>[2] = {},
): Promise<Backbone> => Backbone.load(addon as unknown as NativeAddon, "model.gguf", options);
