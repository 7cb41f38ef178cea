/** What the command line does, as functions. */
export { main } from "./bottleship.ts";
export { differences, type Outcome } from "./recorded/compare.ts";
export { type RunCase, type RunRecording, readRecording, readRecordings } from "./recorded/recording.ts";
export { openRecordings, type RecordedCase, type RecordedCategory } from "./recorded/recordings.ts";
export { replayCase } from "./recorded/replay.ts";
export { type Failure, Score, type ScoreDocument, type Tally } from "./recorded/score.ts";
export type { Terminal } from "./terminal.ts";
