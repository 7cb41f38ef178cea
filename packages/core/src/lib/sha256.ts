/** SHA-256, by whatever the host does it best with. */
import { sha256 } from "#sha256";

export { sha256 };
