/** `--mount KEY=VALUE,…`. Model: docker/cli opts.MountOpt. */
import { parseBool, parseBytes, parseCsv, parseUnsigned, reworded } from "../../../lib/go/index.ts";
import type { ClientMachine } from "../client.ts";
import type { BindOptions, MountBody, TmpfsOptions, VolumeOptions } from "../create-body.ts";
import { ValueError } from "../problem.ts";
import { cut } from "./pairs.ts";
import { absolutePath } from "./volume.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Writable<MountBody>;

/** Reads one `--mount`; relative sources stay as they are until `resolveSource`. */
export function parseMount(text: string): MountBody {
  const draft: Draft = { Type: "volume" };
  for (const field of parseCsv(text)) {
    const [name, value] = cut(field, "=");
    const key = name.toLowerCase();
    if (value === undefined) setSwitch(draft, key, field);
    else setField(draft, key, value, field);
  }
  check(draft);
  return withoutEmpty(draft);
}

/** The mount with a source that begins with a point made absolute. */
export function resolveSource(mount: MountBody, client: ClientMachine): MountBody {
  return mount.Source === undefined ? mount : { ...mount, Source: absolutePath(mount.Source, client) };
}

function setSwitch(draft: Draft, key: string, field: string): void {
  if (key === "readonly" || key === "ro") draft.ReadOnly = true;
  else if (key === "volume-nocopy") volume(draft).NoCopy = true;
  else if (key === "bind-nonrecursive") bind(draft).NonRecursive = true;
  else throw new ValueError(`invalid field '${field}' must be a key=value pair`);
}

function setField(draft: Draft, key: string, value: string, field: string): void {
  switch (key) {
    case "type":
      draft.Type = value.toLowerCase();
      return;
    case "source":
    case "src":
      draft.Source = value;
      return;
    case "target":
    case "dst":
    case "destination":
      draft.Target = value;
      return;
    case "readonly":
    case "ro":
      draft.ReadOnly = orInvalid(key, value, parseBool);
      return;
    case "consistency":
      draft.Consistency = value.toLowerCase();
      return;
    case "image-subpath":
      draft.ImageOptions = value === "" ? {} : { Subpath: value };
      return;
    default:
      if (setBind(draft, key, value) || setVolume(draft, key, value) || setTmpfs(draft, key, value)) return;
      throw new ValueError(`unexpected key '${key}' in '${field}'`);
  }
}

function setBind(draft: Draft, key: string, value: string): boolean {
  if (key === "bind-propagation") bind(draft).Propagation = value.toLowerCase();
  else if (key === "bind-nonrecursive") bind(draft).NonRecursive = orInvalid(key, value, parseBool);
  else if (key === "bind-recursive") setRecursive(draft, value);
  else return false;
  return true;
}

function setRecursive(draft: Draft, value: string): void {
  if (value === "disabled") bind(draft).NonRecursive = true;
  else if (value === "writable") bind(draft).ReadOnlyNonRecursive = true;
  else if (value === "readonly") bind(draft).ReadOnlyForceRecursive = true;
  else if (value !== "enabled")
    throw new ValueError(
      `invalid value for bind-recursive: ${value} (must be "enabled", "disabled", "writable", or "readonly")`,
    );
}

function setVolume(draft: Draft, key: string, value: string): boolean {
  const [name, content] = cut(value, "=");
  const entry = name === "" ? {} : { [name]: content ?? "" };
  if (key === "volume-subpath") volume(draft).Subpath = value;
  else if (key === "volume-nocopy") volume(draft).NoCopy = orInvalid(key, value, parseBool);
  else if (key === "volume-label") volume(draft).Labels = { ...volume(draft).Labels, ...entry };
  else if (key === "volume-driver") volume(draft).DriverConfig = { ...volume(draft).DriverConfig, Name: value };
  else if (key === "volume-opt") {
    const driver = volume(draft).DriverConfig ?? {};
    volume(draft).DriverConfig = { ...driver, Options: { ...driver.Options, ...entry } };
  } else return false;
  return true;
}

function setTmpfs(draft: Draft, key: string, value: string): boolean {
  if (key === "tmpfs-size") tmpfs(draft).SizeBytes = orInvalid(key, value, parseBytes);
  else if (key === "tmpfs-mode")
    tmpfs(draft).Mode = orInvalid(key, value, (text) => parseUnsigned(text, { base: 8, bits: 32 }));
  else return false;
  return true;
}

function orInvalid<T>(key: string, value: string, parse: (text: string) => T): T {
  return reworded(
    () => parse(value),
    () => new ValueError(`invalid value for ${key}: ${value}`),
  );
}

const bind = (draft: Draft): Writable<BindOptions> => (draft.BindOptions ??= {});
const volume = (draft: Draft): Writable<VolumeOptions> => (draft.VolumeOptions ??= { DriverConfig: {} });
const tmpfs = (draft: Draft): Writable<TmpfsOptions> => (draft.TmpfsOptions ??= {});

function check(draft: Draft): void {
  const type = draft.Type;
  if (!type) throw new ValueError("type is required");
  if (!draft.Target) throw new ValueError("target is required");
  const families = [
    ["volume", draft.VolumeOptions],
    ["image", draft.ImageOptions],
    ["bind", draft.BindOptions],
    ["tmpfs", draft.TmpfsOptions],
  ] as const;
  for (const [family, options] of families)
    if (options !== undefined && type !== family)
      throw new ValueError(`cannot mix '${family}-*' options with mount type '${type}'`);
  const requires = (option: string, needed: string): ValueError =>
    new ValueError(`option 'bind-recursive=${option}' requires '${needed}' to be specified in conjunction`);
  const options = draft.BindOptions;
  if (options?.ReadOnlyNonRecursive && !draft.ReadOnly) throw requires("writable", "readonly");
  if (options?.ReadOnlyForceRecursive && !draft.ReadOnly) throw requires("readonly", "readonly");
  if (options?.ReadOnlyForceRecursive && options.Propagation !== "rprivate")
    throw requires("readonly", "bind-propagation=rprivate");
}

/** Go leaves out what is zero: empty texts, false, 0 and empty maps, but not an empty structure behind a pointer. */
function withoutEmpty(draft: Draft): MountBody {
  const pointers = new Set(["BindOptions", "VolumeOptions", "ImageOptions", "TmpfsOptions", "DriverConfig"]);
  const strip = (object: object): object =>
    Object.fromEntries(
      Object.entries(object).flatMap(([key, value]: [string, unknown]) => {
        if (pointers.has(key) && typeof value === "object" && value !== null) return [[key, strip(value)]];
        const empty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
        return empty || value === "" || value === false || value === 0 ? [] : [[key, value]];
      }),
    );
  return strip(draft);
}
