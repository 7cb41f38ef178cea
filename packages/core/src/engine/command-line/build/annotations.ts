/** `--annotation` of buildx. @see docker/buildx util/buildflags/export.go ParseAnnotations */
import { quote, reworded, ValueError } from "../../../lib/go/index.ts";
import { parsePlatform } from "../../docker/platform.ts";

export interface Annotation {
  /** What it is said of: "manifest", "index", "manifest-descriptor" or "index-descriptor"; "" if that is not said. */
  readonly type: string;
  /** As it is written; undefined for all. */
  readonly platform: string | undefined;
  readonly key: string;
  readonly value: string;
}

const TYPE = /^([a-z-]+)(?:\[([A-Za-z0-9_/-]+)\])?$/;
const TYPES = ["manifest", "index", "manifest-descriptor", "index-descriptor"];

/** `[TYPE[[PLATFORM]][,TYPE…]:]KEY=VALUE`, an annotation for each type. @throws ValueError */
export function parseAnnotations(texts: readonly string[]): readonly Annotation[] {
  return texts.filter(Boolean).flatMap((text) => {
    const equals = text.indexOf("=");
    if (equals < 0) throw new ValueError(`invalid annotation ${quote(text)}, expected key=value`);
    const name = text.slice(0, equals);
    const colon = name.indexOf(":");
    const types = colon < 0 ? [{ type: "", platform: undefined }] : name.slice(0, colon).split(",").map(parseType);
    return types.map((type) => ({ ...type, key: name.slice(colon + 1), value: text.slice(equals + 1) }));
  });
}

function parseType(text: string): Pick<Annotation, "type" | "platform"> {
  const [, type, platform] = TYPE.exec(text) ?? [];
  const expected = "expected type and optional platform in square brackets";
  if (type === undefined) throw new ValueError(`invalid annotation type ${quote(text)}, ${expected}`);
  if (!TYPES.includes(type)) throw new ValueError(`unknown annotation type ${quote(type)}`);
  if (platform !== undefined) {
    reworded(
      () => parsePlatform(platform),
      ({ message }) => new ValueError(`invalid platform ${quote(platform)}: ${message}`),
    );
  }
  return { type, platform };
}
