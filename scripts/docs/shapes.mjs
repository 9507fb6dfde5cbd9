/**
 * Shapes of the backbones that published reward models have, from the `config.json` of the base models: layers, hidden size, width of the
 * feed-forward network, heads of keys and values, size of a head, all heads, tokens. `parameters` is what the publisher counts, with an
 * output matrix where that is one of its own (`untied`); a model folder has none.
 */
export const SHAPES = [
  shape("Qwen3 0.6B", [28, 1024, 3072, 8, 128, 16, 151936], { parameters: 596_049_920, qkNorm: true }),
  shape("Llama 3.2 1B", [16, 2048, 8192, 8, 64, 32, 128256], { parameters: 1_235_814_400 }),
  shape("Qwen2.5 1.5B", [28, 1536, 8960, 2, 128, 12, 151936], { parameters: 1_543_714_304, qkvBias: true }),
  shape("Qwen3 1.7B", [28, 2048, 6144, 8, 128, 16, 151936], { parameters: 1_720_574_976, qkNorm: true }),
  shape("InternLM2 1.8B", [24, 2048, 8192, 8, 128, 16, 92544], { parameters: 1_889_110_016, untied: true }),
  shape("Gemma 2B", [18, 2048, 16384, 1, 256, 8, 256000], { parameters: 2_506_172_416 }),
  shape("Gemma 2 2B", [26, 2304, 9216, 4, 256, 8, 256000], { parameters: 2_614_341_888, norms: 4 }),
  shape("Llama 3.2 3B", [28, 3072, 8192, 8, 128, 24, 128256], { parameters: 3_212_749_824 }),
  shape("Qwen3 4B", [36, 2560, 9728, 8, 128, 32, 151936], { parameters: 4_022_468_096, qkNorm: true }),
  shape("Llama 2 7B", [32, 4096, 11008, 32, 128, 32, 32000], { parameters: 6_738_415_616, untied: true }),
  shape("Mistral 7B", [32, 4096, 14336, 8, 128, 32, 32000], { parameters: 7_241_732_096, untied: true }),
  shape("Qwen2.5 7B", [28, 3584, 18944, 4, 128, 28, 152064], {
    parameters: 7_615_616_512,
    untied: true,
    qkvBias: true,
  }),
  shape("InternLM2 7B", [32, 4096, 14336, 8, 128, 32, 92544], { parameters: 7_737_708_544, untied: true }),
  shape("Llama 3 8B", [32, 4096, 14336, 8, 128, 32, 128256], { parameters: 8_030_261_248, untied: true }),
  shape("Qwen3 8B", [36, 4096, 12288, 8, 128, 32, 151936], {
    parameters: 8_190_735_360,
    untied: true,
    qkNorm: true,
  }),
  shape("Llama 2 13B", [40, 5120, 13824, 40, 128, 40, 32000], { parameters: 13_015_864_320, untied: true }),
  shape("InternLM2 20B", [48, 6144, 16384, 8, 128, 48, 92544], { parameters: 19_861_149_696, untied: true }),
  shape("Gemma 2 27B", [46, 4608, 36864, 16, 128, 32, 256000], { parameters: 27_227_128_320, norms: 4 }),
  shape("Code Llama 34B", [48, 8192, 22016, 8, 128, 64, 32000], {
    parameters: 33_743_970_304,
    untied: true,
  }),
  shape("Yi 34B", [60, 7168, 20480, 8, 128, 56, 64000], { parameters: 34_388_917_248, untied: true }),
  shape("Llama 3 70B", [80, 8192, 28672, 8, 128, 64, 128256], { parameters: 70_553_706_496, untied: true }),
  shape("Qwen2.5 72B", [80, 8192, 29568, 8, 128, 64, 152064], {
    parameters: 72_706_203_648,
    untied: true,
    qkvBias: true,
  }),
];

function shape(name, [layers, hidden, feedForward, kvHeads, headSize, heads, tokens], more) {
  const { untied = false, norms = 2, qkNorm = false, qkvBias = false, parameters } = more;
  const rows = (heads + 2 * kvHeads) * headSize;
  const attention = hidden * rows + heads * headSize * hidden + (qkvBias ? rows : 0);
  const layer = attention + 3 * hidden * feedForward + norms * hidden + (qkNorm ? 2 * headSize : 0);
  const embedding = tokens * hidden;
  const backbone = embedding + layers * layer + hidden;
  return {
    name,
    parameters,
    /** What this counts with the output matrix, to be compared with `parameters`. */
    counted: backbone + (untied ? embedding : 0),
    /** Weights of the backbone file. */
    weights: backbone,
    /** Weights that every token is multiplied with. */
    multiplied: backbone - embedding,
    /** Numbers that the KV cache has for a token. */
    cached: 2 * layers * kvHeads * headSize,
  };
}

/** The shape's name for a profile of `models/`, by its Hub id. */
export function shapeOf(hubId, backbone) {
  const sized = [
    [/72B/, "Qwen2.5 72B"],
    [/70B/, "Llama 3 70B"],
    [/ReasonEval-34B/, "Code Llama 34B"],
    [/34B/, "Yi 34B"],
    [/27B/, "Gemma 2 27B"],
    [/internlm2-20b/, "InternLM2 20B"],
    [/internlm2-7b/, "InternLM2 7B"],
    [/internlm2-1_8b/, "InternLM2 1.8B"],
    [/13b/, "Llama 2 13B"],
    [/qwen3-(\d.*)/i, (size) => `Qwen3 ${size}`],
    [/Qwen-?2\.5.*-(7B|1\.5B)$/, (size) => `Qwen2.5 ${size}`],
    [/llama-?3\.2-(1B|3B)/i, (size) => `Llama 3.2 ${size}`],
    [/beaver-7b|Starling-RM-7B/, "Llama 2 7B"],
  ];
  for (const [pattern, name] of sized) {
    const match = pattern.exec(hubId);
    if (match !== null) return typeof name === "string" ? name : name(match[1]);
  }
  return { gemma: "Gemma 2B", gemma2: "Gemma 2 2B", mistral: "Mistral 7B", llama: "Llama 3 8B" }[backbone];
}
