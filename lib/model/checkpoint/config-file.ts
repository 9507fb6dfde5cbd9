/** The file that makes a folder a checkpoint. */
export const CONFIG_FILE = "config.json";
