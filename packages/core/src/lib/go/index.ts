/** Texts as Go's standard library prints and reads them: Docker is written in Go, and it shows. */
export { bytesText } from "./bytes.ts";
export {
  isSpace,
  isSpaceAt,
  lowerCase,
  replaceInvalid,
  skipSpace,
  trimSpace,
  trimStart,
  upperCase,
} from "./characters.ts";
export { parseCsv, parseCsvRecords } from "./csv.ts";
export { durationText, parseDuration } from "./duration.ts";
export { exponentText, fixedText, generalText, shortestText } from "./float.ts";
export { compactJson, endOfJsonValue, escapeHtml, parseJson } from "./json.ts";
export {
  atoi,
  atoiProblem,
  isBool,
  isTrue,
  parseBool,
  parseFloat64,
  parseInteger,
  parseRational,
  parseUnsigned,
  readBool,
  readInteger,
  readUnsigned,
} from "./number.ts";
export { offlineError } from "./offline.ts";
export { quote, quoteByte, quoteBytes } from "./quote.ts";
export { goRegExp } from "./regexp.ts";
export { parseBytes, parseDecimalBytes } from "./size.ts";
export { structureHash } from "./structure-hash.ts";
export {
  calendar,
  type Moment,
  parseTime,
  rfc3339,
  rfc3339Nano,
  rfc3339NanoFixed,
  secondsOf,
  timeText,
} from "./time.ts";
export { httpUrlProblem, urlProblem } from "./url.ts";
export { problemOf, readOr, reworded, ValueError } from "./value-error.ts";
