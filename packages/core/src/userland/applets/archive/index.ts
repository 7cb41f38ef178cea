/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { ar } from "./ar.ts";
import { bunzip2, bzcat, bzip2 } from "./bzip2.ts";
import { cpio } from "./cpio.ts";
import { dpkgDeb } from "./dpkg-deb.ts";
import { gunzip, zcat } from "./gunzip.ts";
import { gzip } from "./gzip.ts";
import { rpm2cpio } from "./rpm2cpio.ts";
import { tar } from "./tar.ts";
import { unzip } from "./unzip.ts";
import { lzcat, lzma, uncompress, unlzma, unxz, xz, xzcat } from "./xz.ts";

export const applets: Readonly<Record<string, Applet>> = {
  ar,
  bunzip2,
  bzcat,
  bzip2,
  cpio,
  "dpkg-deb": dpkgDeb,
  gunzip,
  gzip,
  lzcat,
  lzma,
  rpm2cpio,
  tar,
  uncompress,
  unlzma,
  unxz,
  unzip,
  xz,
  xzcat,
  zcat,
};
