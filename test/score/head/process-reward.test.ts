import { expect, it } from "vitest";
import { processEvidence } from "../../../lib/score/head/process-reward.js";

/** Names of published process reward models, and of what trains or serves them. */
it.each([
  [{ architectures: ["Qwen2ForPrmModel"] }, "architectures: Qwen2ForPrmModel"],
  [{ architectures: ["Qwen2ForProcessRewardModel"] }, "architectures: Qwen2ForProcessRewardModel"],
  [{ architectures: ["LlamaForPRM"] }, "LlamaForPRM"],
  [{ architectures: ["QwenPRMHead"] }, "QwenPRMHead"],
  [{ architectures: ["LlamaForTokenClassification"] }, "classifies every token"],
  [{ model_type: "process_reward_llama" }, "model_type"],
  [{ _name_or_path: "peiyi9979/math-shepherd-mistral-7b-prm" }, "_name_or_path"],
  [{ auto_map: { AutoModel: "modeling_qwen2_rm.Qwen2ForProcessRewardModel" } }, "auto_map"],
  [{ step_tag_id: 12902 }, "step_tag_id"],
  [{ architectures: ["ReasonEval_34B"] }, "ReasonEval_34B"],
])("%j is one, and the evidence says where it says so", (config, says) => {
  expect(processEvidence({ config, names: [] })).toContain(says);
});

it.each([
  "Skywork-o1-Open-PRM-Qwen-2.5-1.5B",
  "Qwen/Qwen2.5-Math-PRM-7B",
  "RLHFlow/Llama3.1-8B-PRM-Deepseek-Data",
  "math-shepherd-mistral-7b-prm",
  "PRM800K-llama",
  "my_process_reward_model",
  "GAIR/ReasonEval-7B",
])("the name %s says so", (name) => {
  expect(processEvidence({ config: {}, names: [name] })).toContain(name);
});

it.each([
  "Skywork-Reward-V2-Llama-3.1-8B",
  "DeepRM-7B",
  "HelpRM",
  "ORM-Llama",
  "preprocessed-reward-model",
  "Qwen2.5-Math-RM-72B",
  "stepfun-rm",
  "reason-evaluated-rm",
])("the name %s does not", (name) => {
  const config = {
    architectures: ["LlamaForSequenceClassification"],
    model_type: "llama",
    step_tag_id: null,
  };
  expect(processEvidence({ config, names: [name] })).toBeUndefined();
});
