/** SHA-256 and SHA-512, by whatever the host does it best with. */
import { Hasher, sha256 } from "#sha256";

export { Hasher, sha256 };
