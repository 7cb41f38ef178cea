/** What BuildKit made of Dockerfiles, replayed: configuration, history, layers file by file, output, errors, cached steps. */
import { replayAll } from "./support.ts";

replayAll("build");
