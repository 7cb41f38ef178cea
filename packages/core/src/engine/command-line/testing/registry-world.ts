/** A machine beside whose engine a registry stands. */
import { encode } from "../../../lib/index.ts";
import { digestOf } from "../../../oci/index.ts";
import { Registry } from "../../../registry/index.ts";
import { createEngine, type Engine } from "../../index.ts";

export const HOST = "localhost:5000";
export const A = `${HOST}/cm/a`;
export const DOCKER = "application/vnd.docker.distribution.manifest.v2+json";
export const OCI = "application/vnd.oci.image.manifest.v1+json";

/** A registry with one image under three tags, each with a platform of its own. */
export async function world(): Promise<{
  readonly engine: Engine;
  readonly manifests: Readonly<Record<string, string>>;
}> {
  const engine = createEngine({ seed: 7 });
  const registry = new Registry();
  engine.registries.add(HOST, registry.fetch);
  const blob = async (text: string): Promise<object> => {
    const digest = digestOf(encode(text));
    const begun = await send("POST", "/v2/cm/a/blobs/uploads/");
    await send("PUT", `${begun.headers.get("location")}?digest=${digest}`, text);
    return { size: text.length, digest };
  };
  const send = (method: string, path: string, body: string | null = null, type = "application/octet-stream") =>
    registry.fetch(new Request(new URL(path, `http://${HOST}`), { method, headers: { "content-type": type }, body }));
  const manifests: Record<string, string> = {};
  const tag = async (name: string, mediaType: string, platform: object): Promise<void> => {
    const config = await blob(JSON.stringify({ ...platform, rootfs: { type: "layers", diff_ids: [] } }));
    const [configType, layerType] =
      mediaType === OCI
        ? ["application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip"]
        : ["application/vnd.docker.container.image.v1+json", "application/vnd.docker.image.rootfs.diff.tar.gzip"];
    manifests[name] = JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: configType, ...config },
      layers: [{ mediaType: layerType, ...(await blob("layer")) }],
    });
    await send("PUT", `/v2/cm/a/manifests/${name}`, manifests[name], mediaType);
  };
  await tag("amd", DOCKER, { architecture: "amd64", os: "linux" });
  await tag("arm", DOCKER, { architecture: "arm64", os: "linux", variant: "v8" });
  await tag("oci", OCI, { architecture: "amd64", os: "linux" });
  return { engine, manifests };
}
