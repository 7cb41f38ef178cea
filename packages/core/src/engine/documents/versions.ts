/** What the engine says that it is. */
export const API_VERSION = "1.51";
/** The oldest version of the API that a client may ask for. */
export const MIN_API_VERSION = "1.24";
/** The Docker Engine whose behaviour is simulated. */
export const ENGINE_VERSION = "28.5.2";
/** The BuildKit in the engine. */
export const BUILDKIT_VERSION = "v0.25.1";
/** What the client that is played here speaks. */
export const CLIENT_API_VERSION = "1.50";
