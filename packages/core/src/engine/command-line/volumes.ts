/** Volumes made and removed. @see docker/cli cli/command/volume */
import { failure } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import { findVolume, removeVolume } from "../volume/named-volume.ts";
import { eachNamed } from "./named.ts";
import type { Session } from "./session.ts";

type VolumeRequest = RequestOf<"volume create" | "volume update" | "volume rm">;

export async function runVolume(session: Session, request: VolumeRequest): Promise<number> {
  const { volumes, swarm } = session.engine;
  switch (request.command) {
    case "volume create":
      return session.call("VolumeCreate", request.body.Name ?? "", () => {
        const { ClusterVolumeSpec: spec } = request.body;
        const { name } =
          spec === undefined
            ? volumes.create(request.body.Name, volumeOptions(request.body))
            : swarm.cluster.volumes.create({ ...NO_OPTIONS, ...request.body, ClusterVolumeSpec: spec });
        session.lines([name]);
        return 0;
      });
    case "volume update":
      return updateVolume(session, request);
    case "volume rm":
      return eachNamed(session, request.volumes, (name) =>
        session.call("VolumeDelete", name, () => removeVolume(session.engine, name, { force: request.force })),
      );
  }
}

const NO_OPTIONS = { Name: "", Driver: "", DriverOpts: {}, Labels: {} };

async function updateVolume(session: Session, { name, availability }: RequestOf<"volume update">): Promise<number> {
  const { ClusterVolume: found } = await session.call("VolumeInspect", name, () => findVolume(session.engine, name));
  if (found === undefined) throw failure("can only update cluster volumes");
  const { ID: id, Version: version, Spec: spec } = found;
  const wanted = availability === undefined ? spec : { ...spec, Availability: availability };
  const { volumes } = session.engine.swarm.cluster;
  await session.call("VolumeUpdate", id, () => volumes.update(id, version.Index, wanted));
  return 0;
}

function volumeOptions(body: RequestOf<"volume create">["body"]) {
  return {
    ...(body.Driver === undefined ? {} : { driver: body.Driver }),
    ...(body.Labels === undefined ? {} : { labels: body.Labels }),
    ...(body.DriverOpts === undefined ? {} : { options: body.DriverOpts }),
  };
}
