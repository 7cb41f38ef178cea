/**
 * The tokens that machines join a swarm with: what its certificates are known by, and a secret for each role.
 *
 * @see swarmkit ca/config.go: ParseJoinToken
 */
const TOKEN = /^SWMTKN-1-([0-9a-z]{50})-([0-9a-z]{25})$/;
const DIGEST_DIGITS = 64;
const BASE = 36;

export interface JoinToken {
  /** Of the root of certificates, in base 36. */
  readonly root: string;
  readonly secret: string;
}

/** `undefined` for what is no token. */
export function parseJoinToken(text: string): JoinToken | undefined {
  const [, root, secret] = TOKEN.exec(text) ?? [];
  return root === undefined || secret === undefined ? undefined : { root, secret };
}

/** The digest that a token tells of, as it is shown: hexadecimal. */
export function digestOf({ root }: JoinToken): string {
  let value = 0n;
  for (const digit of root) value = value * BigInt(BASE) + BigInt(Number.parseInt(digit, BASE));
  return value.toString(16).padStart(DIGEST_DIGITS, "0");
}
