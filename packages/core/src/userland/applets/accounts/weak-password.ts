/** What is wrong with a password that is too easily guessed. @see busybox CONFIG_FEATURE_PASSWD_WEAK_CHECK */

const LEAST_LENGTH = 6;
/** Lower and upper case, digits, others: with each kind a password may be two characters shorter. */
const KINDS = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/] as const;

/**
 * @param words what it must not look like, and what that is called; empty ones do not count.
 * @param old the password before, if it is known.
 */
export function weakness(
  password: string,
  words: readonly (readonly [what: string, word: string])[],
  old: string | undefined,
): string | undefined {
  if (password.length < LEAST_LENGTH) return "too short";
  const like = words.find(([, word]) => word !== "" && resembles(password, word));
  if (like !== undefined) return `similar to ${like[0]}`;
  if ([...password].some((char) => 2 * (password.split(char).length - 1) >= password.length)) {
    return "too many similar characters";
  }
  const used = KINDS.filter((kind) => kind.test(password)).length;
  if (password.length < LEAST_LENGTH + 2 * (KINDS.length - used)) return "too weak";
  return old !== undefined && old !== "" && resembles(password, old) ? "similar to old password" : undefined;
}

/** One is within the other, whatever the case, forwards or backwards. */
function resembles(password: string, word: string): boolean {
  const [a, b] = [password.toLowerCase(), word.toLowerCase()];
  const reversed = [...a].reverse().join("");
  return [a, reversed].some((one) => one.includes(b) || b.includes(one));
}
