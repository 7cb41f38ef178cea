/**
 * More builds that were recorded from the same engine: each holds one rule that is easy to get wrong, most of them in the
 * corners of COPY, RUN and the client's flags.
 */
import { replayAll } from "./support.ts";

replayAll("build-rules");
