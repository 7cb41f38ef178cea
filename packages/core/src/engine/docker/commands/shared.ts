/** Texts and small readings that several commands share. */
import { reworded } from "../../../lib/go/index.ts";
import { compileTemplate } from "../format.ts";
import { type Platform, parsePlatform } from "../platform.ts";
import { orFail, ValueError } from "../problem.ts";

/** `--format` of lists. */
export const FORMAT_HELP = `Format output using a custom template:
'table':            Print output in table format with column headers (default)
'table TEMPLATE':   Print output in table format using the given Go template
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates`;

/** `--format` of single objects. */
export const TEMPLATE_HELP = `Format output using a custom template:
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates`;

export const DETACH_KEYS_HELP = "Override the key sequence for detaching a container";
export const PLATFORM_HELP = "Set platform if server is multi-platform capable";

/** What an output that would garble a terminal is met with. */
export const NO_TERMINAL = "cowardly refusing to save to a terminal. Use the -o flag or redirect";

/** The platform of an option that is empty unless given; `prefix` goes before the complaint. */
export function optionalPlatform(text: string, prefix = ""): Platform | undefined {
  if (text === "") return undefined;
  return reworded(
    () => parsePlatform(text),
    ({ message }) => new ValueError(prefix + message),
  );
}

/** The name of an object as the API takes it. @throws ValueError if there is none. */
export function objectName(kind: string, text: string): string {
  const name = text.trim();
  if (name === "") throw new ValueError(`invalid ${kind} name or ID: value is empty`);
  return name;
}

/** Exit code for a template that is wrong before anything was asked. */
export const TEMPLATE_EXIT_CODE = 64;

/** Refuses a wrong template of an `inspect` command, as it would be before any object is looked for. */
export function checkInspectTemplate(format: string): void {
  if (format !== "" && format !== "json")
    orFail(() => compileTemplate(format), "template parsing error: ", TEMPLATE_EXIT_CODE);
}
