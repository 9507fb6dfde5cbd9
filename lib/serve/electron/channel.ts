/** The one IPC channel the bridge uses, in both directions. */
export const CONNECT_CHANNEL = "llama-reward:connect";

/** Name of the bridge in the page's `window`. */
export const BRIDGE_KEY = "llamaReward";

/** What the preload script gives the page: it can ask for a port, and nothing else. */
export interface ScoringBridge {
  /** Asks for a port; it arrives as a `message` event of the window whose data is `llama-reward:connect`. */
  connect(): void;
}
