/** Volumes as the Engine API shows them. @see moby volume/service/convert.go */
import { rfc3339 } from "../../lib/go/index.ts";
import type { Volume } from "../volumes.ts";

/** `GET /volumes/{name}`. */
export function volumeDocument(volume: Volume) {
  const none = (map: Readonly<Record<string, string>>) => (Object.keys(map).length === 0 ? null : map);
  return {
    CreatedAt: rfc3339(Math.floor(volume.createdUs / 1e6)),
    Driver: volume.driver,
    Labels: none(volume.labels),
    Mountpoint: volume.path,
    Name: volume.name,
    Options: none(volume.options),
    Scope: "local",
  };
}
