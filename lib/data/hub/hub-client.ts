/**
 * The one module that imports the Hub's client: 13 MB on the disk with what it depends on, of which a small part is used.
 * A release bundles that part into this module (`scripts/pack/pack-main.mjs`) and does not depend on the package.
 */
export { datasetInfo, fileDownloadInfo, HUB_URL, HubApiError, listFiles, modelInfo } from "@huggingface/hub";
export type { RepoDesignation } from "@huggingface/hub";
