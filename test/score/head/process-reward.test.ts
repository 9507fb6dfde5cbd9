import { expect, it } from "vitest";
import { refuseProcessReward } from "../../../lib/score/head/process-reward.js";

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
])("%j is refused, and the error says where it says so", (config, says) => {
  expect(() => {
    refuseProcessReward({ config, names: [] });
  }).toThrow(says);
});

it.each([
  "Skywork-o1-Open-PRM-Qwen-2.5-1.5B",
  "Qwen/Qwen2.5-Math-PRM-7B",
  "RLHFlow/Llama3.1-8B-PRM-Deepseek-Data",
  "math-shepherd-mistral-7b-prm",
  "PRM800K-llama",
  "my_process_reward_model",
])("the name %s is refused", (name) => {
  expect(() => {
    refuseProcessReward({ config: {}, names: [name] });
  }).toThrow(expect.objectContaining({ code: "CHECKPOINT_UNSUPPORTED" }) as Error);
});

it.each([
  "Skywork-Reward-V2-Llama-3.1-8B",
  "DeepRM-7B",
  "HelpRM",
  "ORM-Llama",
  "preprocessed-reward-model",
  "Qwen2.5-Math-RM-72B",
  "stepfun-rm",
])("the name %s is not", (name) => {
  const config = {
    architectures: ["LlamaForSequenceClassification"],
    model_type: "llama",
    step_tag_id: null,
  };
  refuseProcessReward({ config, names: [name] });
});
