/** A model of the Hub as a user names it. */
export interface HubName {
  /** `owner/name`. */
  hubId: string;
  /** A branch, a tag or a commit. */
  revision: string;
}

const HUB_NAME = /^(?<hubId>[\w.-]+\/[\w.-]+)(?:@(?<revision>[^\s@]+))?$/;
const DEFAULT_REVISION = "main";

/** Reads `owner/name` or `owner/name@revision`; undefined for anything else. */
export function parseHubName(text: string): HubName | undefined {
  const { hubId, revision = DEFAULT_REVISION } = HUB_NAME.exec(text)?.groups ?? {};
  return hubId === undefined ? undefined : { hubId, revision };
}

/** Whether a text is what a model on the Hub is called, `owner/name`. */
export function isHubId(text: string): boolean {
  return parseHubName(text)?.hubId === text;
}
