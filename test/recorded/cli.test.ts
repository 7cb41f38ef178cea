/** What docker's command line printed, replayed: transcripts whose steps are docker commands and simple shell. */
import { replayAll } from "./support.ts";

replayAll("cli");
