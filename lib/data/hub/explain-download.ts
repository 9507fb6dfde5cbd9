import { DownloadError, FileError, RewardError } from "../../errors.js";
import { messageOf } from "../../util/caught.js";
import { isDiskFault } from "./download-file.js";
import { HubApiError } from "./hub-client.js";
import { networkFault } from "./network-fault.js";

/** Turns what the Hub client throws into one sentence that says what to do. */
export function explainDownload(
  error: unknown,
  { hubId, revision, hasToken, host }: { hubId: string; revision: string; hasToken: boolean; host: string },
): unknown {
  if (error instanceof RewardError) return error;
  const options = { cause: error };
  if (error instanceof HubApiError) {
    const advice: Partial<Record<number, string>> = {
      401: hasToken
        ? "The token was refused: check HF_TOKEN, and that it may read this model."
        : "No such public model, or it needs a token: set HF_TOKEN after accepting the model's terms on its page.",
      403: "Accept the model's terms on its page, then use a token of the same account in HF_TOKEN.",
      404: `Check the name and the revision "${revision}".`,
      429: "The Hub limits requests from this address: wait a few minutes, or set HF_TOKEN.",
    };
    const what = advice[error.statusCode] ?? "Try again later.";
    return new DownloadError(
      "DOWNLOAD_FAILED",
      `The Hub answered ${error.statusCode} for ${hubId}. ${what}`,
      {
        ...options,
        details: { status: error.statusCode, url: error.url },
      },
    );
  }
  if (isDiskFault(error)) {
    return new FileError(
      "FILE_FAILED",
      `Writing ${hubId} to the cache failed: ${messageOf(error)}. What arrived is kept; run the command again to continue.`,
      options,
    );
  }
  const fault = networkFault(error, host);
  return new DownloadError(
    "DOWNLOAD_FAILED",
    `Downloading ${hubId} failed: ${fault ?? messageOf(error)}. Run the command again to continue` +
      (fault === undefined ? "." : "; with HF_HUB_OFFLINE=1 it takes what the cache has."),
    options,
  );
}
