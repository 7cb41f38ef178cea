/** What services share: networks, volumes, configs, secrets; the fields are in compose's order. */
import { external, labels, list, strings } from "../kinds/collections.ts";
import { type Kind, struct, type Value } from "../kinds/kind.ts";
import { flag, integer, optionalFlag, text } from "../kinds/scalars.ts";

const POOL = struct({ subnet: text, gateway: text, ip_range: text, aux_addresses: labels });

const IPAM = struct({ driver: text, config: list(POOL) }, { omitsEmpty: true });

export const NETWORK = struct(
  {
    name: text,
    driver: text,
    driver_opts: labels,
    ipam: IPAM,
    external,
    internal: flag,
    attachable: flag,
    labels,
    enable_ipv4: optionalFlag,
    enable_ipv6: optionalFlag,
  },
  { always: { ipam: {} } },
);
export type NetworkSpec = Value<typeof NETWORK>;

export const VOLUME = struct({ name: text, driver: text, driver_opts: labels, external, labels });
export type VolumeSpecification = Value<typeof VOLUME>;

const FILE_OBJECT = struct({
  name: text,
  file: text,
  environment: text,
  content: text,
  external,
  labels,
  driver: text,
  driver_opts: labels,
  template_driver: text,
});
export type FileObject = Value<typeof FILE_OBJECT>;

/** What came from the environment is not shown. */
const shown = (value: FileObject): FileObject => {
  const { content, ...rest } = value;
  return value.environment === undefined && content !== undefined ? { ...rest, content } : rest;
};

export const CONFIG: Kind<FileObject> = {
  decode: (tree, path) => FILE_OBJECT.decode(tree, path),
  yaml: (value) => FILE_OBJECT.yaml(shown(value)),
  json: (value) => (FILE_OBJECT.json ?? FILE_OBJECT.yaml)(shown(value)),
};

export const SECRET = CONFIG;

export const MODEL = struct({ name: text, model: text, context_size: integer("int"), runtime_flags: strings });
export type ModelSpec = Value<typeof MODEL>;
