/** The script a scoring host runs. */
import { acceptHubIds } from "../../convert/accept-hub-ids.js";
import { RewardModel } from "../../model/reward-model.js";
import { serveProcess } from "./serve-process.js";

acceptHubIds();
serveProcess((modelDir, options) => RewardModel.load(modelDir, options));
