/** Names and ids that the engine makes up. */
import { Prng } from "../sim/index.ts";

const ADJECTIVES =
  "able agile amber bold brave brisk bright calm candid clever coral crisp dapper deft eager fair fleet gentle glad golden hardy honest jolly keen kind lively loyal lucid merry mild neat nimble noble patient placid proud quick quiet rapid ready serene sharp shiny silent sleek solid spry stable steady stout sturdy sunny swift tidy trim trusty upbeat vivid warm wise witty young zesty";
const SHIPWRIGHTS =
  "ader amundsen baltic barents bering bowsprit brig cabot capstan caravel clipper columbus cook corvette cutter davit dhow dinghy drake ferry fitzroy frigate galleon galley gama gudgeon halyard hudson jib junk keel ketch lateen lugger magellan mast mizzen nansen nelson outrigger pinnace polo punt rigger rudder schooner scow sextant shackleton skiff sloop spar spinnaker tasman tender tiller trireme tug vespucci whaler xebec yawl zheng";

const FIRST = ADJECTIVES.split(" ");
const SECOND = SHIPWRIGHTS.split(" ");

/** Sixty-four hexadecimal digits. */
export const newId = (prng: Prng): string => prng.hex(64);

/** The id of something that belongs to another: made when somebody asks, always the same. */
export const derivedId = (owner: string, what: string): string => new Prng(`${owner} ${what}`).hex(64);

/** What was shortened last: all that has to do with a container that starts keeps the same text. */
const last = { id: "", short: "" };

/** The twelve digits that people see. */
export function shortId(id: string): string {
  if (last.id !== id) {
    last.id = id;
    last.short = id.slice(0, 12);
  }
  return last.short;
}

/** How many names there are of two words, and of two words with a digit. */
const PAIRS = FIRST.length * SECOND.length;
const NUMBERED = 10 * PAIRS;

/**
 * Two words that no container bears yet; a digit is added if chance is unlucky, and more if it is again. Where as many
 * names are `taken` as there can be, it is not tried whether one is free.
 */
export function newName(prng: Prng, taken: Pick<ReadonlySet<string>, "has" | "size">): string {
  for (let attempt = taken.size < PAIRS ? 0 : taken.size < NUMBERED ? 1 : 2; ; attempt++) {
    const first = FIRST[prng.below(FIRST.length)];
    const second = SECOND[prng.below(SECOND.length)];
    const name = `${first}_${second}${attempt === 0 ? "" : prng.below(attempt === 1 ? 10 : 1_000_000)}`;
    if (!taken.has(name)) return name;
  }
}
