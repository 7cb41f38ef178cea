/** What the engine says that it is. */
export const API_VERSION = "1.51";
export const MIN_API_VERSION = "1.24";
export const ENGINE_VERSION = "28.5.2";
/** The BuildKit in the engine. */
export const BUILDKIT_VERSION = "v0.25.1";
/** What the client that is played here speaks. */
export const CLIENT_API_VERSION = "1.50";
