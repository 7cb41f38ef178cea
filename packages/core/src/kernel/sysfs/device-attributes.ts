/** What directories of sysfs that are about a network device have in them. */
import type { Device } from "../../net/index.ts";

/** A file of one line. */
export type Attribute = (device: Device) => string;

export class DeviceLink {
  readonly target: string;

  constructor(target: string) {
    this.target = target;
  }
}

export type Attributes = { readonly [name: string]: Attribute | DeviceLink | Attributes };

export const zero: Attribute = () => "0";

/** Files that all say the same for ever. */
export const fixed = (values: Readonly<Record<string, string>>): Attributes =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => value]));
