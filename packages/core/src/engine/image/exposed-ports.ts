/**
 * Ports of EXPOSE as the daemon reads them, outside of BuildKit.
 *
 * The forms are BuildKit's; what is wrong with one is told in the words of an older library.
 *
 * @see docker/go-connections v0.5 nat/nat.go ParsePortSpec
 */
import { BuildError, parsePorts } from "../../build/index.ts";
import { StatusError } from "../../lib/index.ts";

const NO_REMARKS = { onProtocolCase: () => {}, onHostPart: () => {} };

/** The single ports that a specification stands for, as `80/tcp`. @throws StatusError invalid-argument */
export function exposedPorts(specification: string): readonly string[] {
  try {
    return parsePorts(specification, NO_REMARKS);
  } catch (error) {
    if (error instanceof BuildError)
      throw new StatusError("invalid-argument", olderWords(error.message, specification));
    throw error;
  }
}

function olderWords(message: string, specification: string): string {
  const what = message.replace(/^invalid port: ".*": /, "");
  const said = what === "no port specified" ? `no port specified: ${specification}<empty>` : what;
  return said.charAt(0).toUpperCase() + said.slice(1);
}
