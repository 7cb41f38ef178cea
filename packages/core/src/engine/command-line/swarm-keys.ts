/** `docker swarm join`, `unlock`, `unlock-key` and `ca`. @see docker/cli cli/command/swarm */
import { StatusError } from "../../lib/index.ts";
import { failure } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import type { Cluster } from "../swarm/cluster.ts";
import { told } from "./refusal.ts";
import type { Session } from "./session.ts";

export async function joinSwarm(session: Session, request: RequestOf<"swarm join">): Promise<number> {
  const role = await session.call("SwarmJoin", "", () =>
    session.engine.swarm.join({
      ListenAddr: request.listenAddress,
      AdvertiseAddr: request.advertiseAddress,
      RemoteAddrs: [request.address],
      JoinToken: request.token,
      Availability: request.availability,
    }),
  );
  session.lines([`This node joined a swarm as a ${role}.`]);
  return 0;
}

/** A machine that is in a swarm is not locked: the client sees that before it asks for a key. */
export async function unlockSwarm(session: Session): Promise<never> {
  const isIn = await session.call("SystemInfo", "", () => session.engine.swarm.joined !== undefined);
  throw failure(isIn ? "Error: swarm is not locked" : "Error: This node is not part of a swarm");
}

export async function printUnlockKey(
  session: Session,
  { quiet, rotate }: RequestOf<"swarm unlock-key">,
): Promise<number> {
  const { swarm } = session.engine;
  if (rotate) {
    const { object, spec } = await session.call("SwarmInspect", "", () => swarm.cluster);
    if (!spec.EncryptionConfig.AutoLockManagers) throw failure("cannot rotate because autolock is not turned on");
    await session.call("SwarmUpdate", "", () => swarm.update(object.version, {}, { tokens: [], unlockKey: true }));
    if (!quiet) session.lines(["Successfully rotated manager unlock key."]);
  }
  const key = await unlockKeyOf(session);
  if (key === "") throw failure("no unlock key is set");
  session.lines(quiet ? [key] : unlockLines(key));
  return 0;
}

async function unlockKeyOf(session: Session): Promise<string> {
  try {
    return await session.call("SwarmUnlockkey", "", () => session.engine.swarm.cluster.keys.unlockKey);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw failure(`could not fetch unlock key: ${told(error)}`);
  }
}

/** How a key is told of. */
export const unlockLines = (key: string): readonly string[] => [
  "To unlock a swarm manager after it restarts, run the `docker swarm unlock`",
  "command and provide the following key:",
  "",
  `    ${key}`,
  "",
  "Remember to store this key in a password manager, since without it you",
  "will not be able to restart the manager.",
];

/** The root of the swarm's certificates, perhaps a new one. Unlike the real client's, it never has to wait for it. */
export async function printRoot(session: Session, request: RequestOf<"swarm ca">): Promise<number> {
  const { swarm } = session.engine;
  const inspected = (): Promise<Cluster> => session.call("SwarmInspect", "", () => swarm.cluster);
  const { object, spec } = await inspected();
  if (request.rotate) {
    const { ForceRotate = 0 } = spec.CAConfig;
    const CAConfig = {
      ForceRotate: ForceRotate + 1,
      ...(request.certExpiry !== 0 && { NodeCertExpiry: request.certExpiry }),
    };
    await session.call("SwarmUpdate", "", () =>
      swarm.update(object.version, { CAConfig }, { tokens: [], unlockKey: false }),
    );
    if (request.detach || request.quiet) return 0;
  }
  const { trustRoot } = (request.rotate ? await inspected() : swarm.cluster).keys;
  session.out(trustRoot);
  return 0;
}
