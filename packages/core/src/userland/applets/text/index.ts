/** The applets of this folder by name. */
import type { Applet } from "../../applet.ts";
import { ascii } from "./ascii.ts";
import { awk } from "./awk/index.ts";
import { base64 } from "./base64.ts";
import { cal } from "./cal.ts";
import { bc } from "./calculator/bc.ts";
import { dc } from "./calculator/dc.ts";
import { cat } from "./cat.ts";
import { crc32 } from "./crc32.ts";
import { cut } from "./cut.ts";
import { diff } from "./diff/index.ts";
import { dos2unix } from "./dos2unix.ts";
import { echo } from "./echo.ts";
import { ed } from "./ed/index.ts";
import { expand } from "./expand.ts";
import { expr } from "./expr.ts";
import { factor } from "./factor.ts";
import { fold } from "./fold.ts";
import { grep } from "./grep.ts";
import { hashSum } from "./hash-sum.ts";
import { head } from "./head.ts";
import { hexdump } from "./hexdump.ts";
import { less, more } from "./more.ts";
import { nl } from "./nl.ts";
import { od } from "./od.ts";
import { paste } from "./paste.ts";
import { patch } from "./patch/index.ts";
import { printf } from "./printf.ts";
import { rev } from "./rev.ts";
import { sed } from "./sed/index.ts";
import { seq } from "./seq.ts";
import { shuf } from "./shuf.ts";
import { sort } from "./sort.ts";
import { strings } from "./strings.ts";
import { tac } from "./tac.ts";
import { tail } from "./tail.ts";
import { tee } from "./tee.ts";
import { tr } from "./tr.ts";
import { ts } from "./ts.ts";
import { uniq } from "./uniq.ts";
import { uudecode } from "./uudecode.ts";
import { uuencode } from "./uuencode.ts";
import { vi } from "./vi/index.ts";
import { wc } from "./wc.ts";
import { xargs } from "./xargs.ts";
import { xxd } from "./xxd.ts";
import { yes } from "./yes.ts";

export const applets: Readonly<Record<string, Applet>> = {
  ascii,
  awk,
  base64,
  bc,
  cal,
  cat,
  crc32,
  cut,
  dc,
  diff,
  dos2unix,
  echo,
  ed,
  egrep: grep,
  expand,
  expr,
  factor,
  fgrep: grep,
  fold,
  grep,
  head,
  hexdump,
  less,
  md5sum: hashSum,
  more,
  nl,
  od,
  paste,
  patch,
  printf,
  rev,
  sed,
  seq,
  sha1sum: hashSum,
  sha256sum: hashSum,
  sha384sum: hashSum,
  sha3sum: hashSum,
  sha512sum: hashSum,
  shuf,
  sort,
  strings,
  tac,
  tail,
  tee,
  tr,
  ts,
  unexpand: expand,
  uniq,
  unix2dos: dos2unix,
  uudecode,
  uuencode,
  vi,
  wc,
  xargs,
  xxd,
  yes,
};
