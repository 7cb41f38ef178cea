/**
 * httpd's configuration file: who may come in, what needs a password, names of files and types.
 *
 * Unlike busybox, interpreters for suffixes and reverse proxies are not supported, and directories have no files of their
 * own. Passwords are plain text, or what crypt(3) makes of it.
 */
import { Errno, type Routine } from "../../../abi/index.ts";
import { decode, type IpPrefix, inPrefix, parsePrefix, unmappedIp } from "../../../lib/index.ts";
import { crypt } from "../../crypt/index.ts";
import { attempt, readFile } from "../../io.ts";

interface Access {
  readonly allow: boolean;
  /** `undefined` is everybody. */
  readonly from: IpPrefix | undefined;
}

export class HttpdConf {
  home: string | undefined;
  index = "index.html";
  readonly errorPages = new Map<number, string>();
  readonly types = new Map<string, string>();
  readonly #access: Access[] = [];
  readonly #users: { readonly path: string; readonly user: string }[] = [];

  /** The file at `path`; an empty configuration if there is none. */
  static *read(path: string): Routine<HttpdConf | Errno> {
    const conf = new HttpdConf();
    const bytes = yield* attempt(readFile(path));
    if (bytes instanceof Errno) return bytes;
    for (const line of decode(bytes).split("\n")) conf.#take(line.replace(/#.*/, "").trim());
    return conf;
  }

  /** May somebody at that address ask at all? The first rule that fits decides; with none of them everybody may. */
  admits(address: string): boolean {
    const plain = unmappedIp(address);
    const rule = this.#access.find(({ from }) => from === undefined || inPrefix(from, plain));
    return rule?.allow ?? true;
  }

  /** Does `user:password` open the path? Of several rules those for the longest path count. */
  *opens(path: string, credentials: string): Routine<boolean> {
    const fitting = this.#users.filter((one) => isBelow(path, one.path));
    const longest = Math.max(0, ...fitting.map((one) => one.path.length));
    const rules = fitting.filter((one) => one.path.length === longest);
    for (const { user } of rules) if (user === credentials || (yield* isHashOf(credentials, user))) return true;
    return rules.length === 0;
  }

  #take(line: string): void {
    const value = line.slice(line.indexOf(":") + 1).trim();
    if (/^H:/i.test(line)) this.home = value;
    else if (/^I:/i.test(line)) this.index = value;
    else if (/^E\d{3}:/i.test(line)) this.errorPages.set(Number(line.slice(1, 4)), value);
    else if (/^\.[^:]+:/.test(line)) this.types.set(line.slice(1, line.indexOf(":")), value);
    else if (/^\/[^:]*:[^:]+:/.test(line)) this.#users.push({ path: line.slice(0, line.indexOf(":")), user: value });
    else if (/^([AD]:)?[\d*]/i.test(line)) this.#takeAccess(line);
  }

  #takeAccess(line: string): void {
    const allow = !/^D:/i.test(line);
    const text = line.replace(/^[AD]:/i, "").trim();
    // "192.168." is the network that begins so.
    const parts = text.split(/[./]/).filter((part) => part !== "");
    const short = { address: [...parts, "0", "0", "0"].slice(0, 4).join("."), length: 8 * parts.length };
    const prefix = text.includes("/") ? parsePrefix(text) : short;
    if (text === "*" || prefix !== undefined) this.#access.push({ allow, from: text === "*" ? undefined : prefix });
  }
}

/** Is the second part of `user:password` what crypt(3) makes of the other's? */
function* isHashOf(credentials: string, kept: string): Routine<boolean> {
  const [name, password] = parts(credentials);
  const [user, hash] = parts(kept);
  return name === user && hash.startsWith("$") && (yield* crypt(password, hash)) === hash;
}

const parts = (text: string): readonly [string, string] => {
  const colon = text.indexOf(":");
  return colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
};

/** "/cgi" covers "/cgi" and "/cgi/x", not "/cgix". */
function isBelow(path: string, directory: string): boolean {
  const plain = directory.replace(/\/$/, "");
  return path === plain || path.startsWith(`${plain}/`);
}
