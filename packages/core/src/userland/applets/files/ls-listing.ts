/** How ls shows files: long lines, columns, colours. */
import {
  Errno,
  lstat,
  major,
  minor,
  type Routine,
  readlink,
  S_IFMT,
  S_IFREG,
  type Stat,
  stat,
} from "../../../abi/index.ts";
import { byteString, fromByteString } from "../../../lib/index.ts";
import { civilOf, strftime, type Zone, zoneOf } from "../../dates.ts";
import { attempt, type Io } from "../../io.ts";
import { modeString } from "../../mode.ts";
import { Names } from "../../passwd.ts";
import { humanSize } from "./human.ts";
import { timeOf } from "./ls.ts";

/** A file to be shown. */
export interface Entry {
  readonly path: string;
  /** What is shown of the path. */
  readonly name: string;
  readonly stat: Stat;
  /** The status is that of a link's target. */
  readonly followed: boolean;
}

export interface Screen {
  readonly width: number;
  readonly color: boolean;
  readonly toTerminal: boolean;
  readonly nowUs: number;
}
