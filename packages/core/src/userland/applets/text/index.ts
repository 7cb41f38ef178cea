/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { awk } from "./awk/index.ts";
import { cat } from "./cat.ts";
import { cut } from "./cut.ts";
import { echo } from "./echo.ts";
import { expr } from "./expr.ts";
import { grep } from "./grep.ts";
import { hashSum } from "./hash-sum.ts";
import { head } from "./head.ts";
import { nl } from "./nl.ts";
import { printf } from "./printf.ts";
import { rev } from "./rev.ts";
import { sed } from "./sed/index.ts";
import { seq } from "./seq.ts";
import { sort } from "./sort.ts";
import { tac } from "./tac.ts";
import { tail } from "./tail.ts";
import { tee } from "./tee.ts";
import { tr } from "./tr.ts";
import { uniq } from "./uniq.ts";
import { wc } from "./wc.ts";
import { xargs } from "./xargs.ts";
import { yes } from "./yes.ts";

export const applets: Readonly<Record<string, Applet>> = {
  awk,
  cat,
  cut,
  echo,
  egrep: grep,
  expr,
  fgrep: grep,
  grep,
  head,
  md5sum: hashSum,
  nl,
  printf,
  rev,
  sed,
  seq,
  sha1sum: hashSum,
  sha256sum: hashSum,
  sha384sum: hashSum,
  sha3sum: hashSum,
  sha512sum: hashSum,
  sort,
  tac,
  tail,
  tee,
  tr,
  uniq,
  wc,
  xargs,
  yes,
};
