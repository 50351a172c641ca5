/** The version that the API, the CLI and the logs show; package.json carries the same one. */
export const VERSION = '0.1.0';
