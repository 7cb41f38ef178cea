/** What scripts did in real containers, replayed: with their options, output and exit code. */
import { replayAll } from "./support.ts";

replayAll("run");
