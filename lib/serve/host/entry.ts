/** The script a scoring host runs. */
import { RewardModel } from "../../model/reward-model.js";
import { serveProcess } from "./serve-process.js";

serveProcess((modelDir, options) => RewardModel.load(modelDir, options));
