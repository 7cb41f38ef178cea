/** :set. */
import { ownValue } from "../../../../lib/index.ts";
import type { Editor, ViOptions } from "./editor.ts";

const SHORT: Readonly<Record<string, keyof ViOptions>> = {
  ai: "autoindent",
  et: "expandtab",
  fl: "flash",
  ic: "ignorecase",
  sm: "showmatch",
};
const NAMES: readonly (keyof ViOptions)[] = ["autoindent", "expandtab", "flash", "ignorecase", "showmatch"];
const MOST_TAB_STOP = 32;

/** Without words, or with "all", it tells how they are set. */
export function setOptions(editor: Editor, words: string): void {
  const { options } = editor.session;
  if (words === "" || words === "all") {
    const shown = NAMES.map((name) => (options[name] ? name : `no${name}`)).join(" ");
    editor.complain(`${shown} tabstop=${editor.session.tabStop}`);
    return;
  }
  for (const word of words.trim().split(/[ \t]+/)) if (!setOne(editor, word)) editor.complain(`bad option: ${word}`);
}

function setOne({ session, screen }: Editor, word: string): boolean {
  const tabStop = /^(?:tabstop|ts)=(\d+)$/.exec(word)?.[1];
  if (tabStop !== undefined) {
    const value = Number(tabStop);
    if (value < 1 || value > MOST_TAB_STOP) return false;
    session.tabStop = value;
    screen.tabStop = value;
    return true;
  }
  const isOff = word.startsWith("no");
  const typed = isOff ? word.slice(2) : word;
  const name = NAMES.find((one) => one === typed) ?? ownValue(SHORT, typed);
  if (name === undefined) return false;
  session.options[name] = !isOff;
  return true;
}
