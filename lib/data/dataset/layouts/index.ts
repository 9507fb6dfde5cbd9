import type { Layout } from "./layout.js";
import { alpacaPairLayout } from "./alpaca-pair.js";
import { helpSteer2Layout } from "./helpsteer2.js";
import { helpSteer3Layout } from "./helpsteer3.js";
import { hhRlhfLayout } from "./hh-rlhf.js";
import { messagePairLayout } from "./message-pair.js";
import { nectarLayout } from "./nectar.js";
import { orcaLayout } from "./orca.js";
import { pairLayout } from "./pair.js";
import { pkuSafeRlhfLayout } from "./pku-saferlhf.js";
import { rewardBenchLayout } from "./rewardbench.js";
import { rewardBench2Layout } from "./rewardbench2.js";
import { rmBenchLayout } from "./rm-bench.js";
import { shareGptPairLayout } from "./sharegpt-pair.js";
import { shpLayout } from "./shp.js";

/** All layouts, the most particular first: the plain pair would match several of the others. */
export const LAYOUTS: readonly Layout[] = [
  rewardBench2Layout,
  rmBenchLayout,
  rewardBenchLayout,
  helpSteer2Layout,
  helpSteer3Layout,
  pkuSafeRlhfLayout,
  shpLayout,
  nectarLayout,
  shareGptPairLayout,
  hhRlhfLayout,
  orcaLayout,
  alpacaPairLayout,
  messagePairLayout,
  pairLayout,
];
