/** Volumes made and removed. @see docker/cli cli/command/volume */
import { StatusError } from "../../lib/index.ts";
import type { RequestOf } from "../docker/request.ts";
import { eachNamed } from "./named.ts";
import type { Session } from "./session.ts";

type VolumeRequest = RequestOf<"volume create" | "volume update" | "volume rm">;

export async function runVolume(session: Session, request: VolumeRequest): Promise<number> {
  const { volumes } = session.engine;
  switch (request.command) {
    case "volume create":
      return session.call("VolumeCreate", request.body.Name ?? "", () => {
        session.lines([volumes.create(request.body.Name, volumeOptions(request.body)).name]);
        return 0;
      });
    case "volume update":
      await session.call("VolumeInspect", request.name, () => {
        if (volumes.get(request.name) === undefined)
          throw new StatusError("not-found", `get ${request.name}: no such volume`);
      });
      session.err("can only update cluster volumes\n");
      return 1;
    case "volume rm":
      return eachNamed(session, request.volumes, (name) =>
        session.call("VolumeDelete", name, () => volumes.remove(name, { force: request.force })),
      );
  }
}

function volumeOptions(body: RequestOf<"volume create">["body"]) {
  return {
    ...(body.Driver === undefined ? {} : { driver: body.Driver }),
    ...(body.Labels === undefined ? {} : { labels: body.Labels }),
    ...(body.DriverOpts === undefined ? {} : { options: body.DriverOpts }),
  };
}
