/** nuke: remove files and directories, whatever they are, and say of no failure in the exit code. @see klibc's nuke */
import type { Applet } from "../../applet.ts";
import { removeFile } from "./remove.ts";

export const nuke: Applet = function* (io) {
  // Words that look like options are names, too.
  for (const path of io.argv.slice(1)) {
    yield* removeFile(io, path, { force: true, recursive: true, interactive: false });
  }
  return 0;
};
