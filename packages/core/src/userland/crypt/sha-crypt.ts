/** `$5$` and `$6$`: thousands of rounds of SHA-256 and SHA-512. @see crypt(5), Drepper's "Unix crypt using SHA-256 and SHA-512" */
import type { Routine } from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import { type Hash, Sha256, Sha512 } from "../digest/index.ts";
import { Rounds } from "../rounds.ts";
import { encodeGroups } from "./base64.ts";

const MAX_SALT = 16;
const DEFAULT_ROUNDS = 5000;
const LEAST_ROUNDS = 1000;
const MOST_ROUNDS = 999_999_999;
/** A setting may ask for hours of rounds, in which others must go on. */
const ROUND_NS = 1500;

export interface ShaMethod {
  readonly prefix: "$5$" | "$6$";
  make(): Hash;
  /** Places of the digest's bytes. */
  readonly order: readonly (readonly number[])[];
}

export const SHA256_CRYPT: ShaMethod = { prefix: "$5$", make: () => new Sha256(), order: order(32, 10) };
export const SHA512_CRYPT: ShaMethod = { prefix: "$6$", make: () => new Sha512(), order: order(64, 21) };

/** @param setting what stands behind the prefix: `rounds=N$` and a salt, which ends at a `$` or after 16 characters. */
export function* shaCrypt(method: ShaMethod, password: Uint8Array, setting: string): Routine<string> {
  const [, roundsText] = /^rounds=([0-9]+)\$/.exec(setting) ?? [];
  const rest = roundsText === undefined ? setting : setting.slice(setting.indexOf("$") + 1);
  const salt = (rest.split("$")[0] ?? "").slice(0, MAX_SALT);
  const rounds =
    roundsText === undefined ? DEFAULT_ROUNDS : Math.min(Math.max(Number(roundsText), LEAST_ROUNDS), MOST_ROUNDS);
  const shown = roundsText === undefined ? "" : `rounds=${rounds}$`;
  const digest = yield* stretched(method, password, encode(salt), rounds);
  return `${method.prefix}${shown}${salt}$${encodeGroups(digest, method.order)}`;
}

function* stretched(method: ShaMethod, password: Uint8Array, salt: Uint8Array, rounds: number): Routine<Uint8Array> {
  let digest = firstDigest(method, password, salt);
  const p = repeated(hashOf(method, new Array<Uint8Array>(password.length).fill(password)), password.length);
  const s = repeated(hashOf(method, new Array<Uint8Array>(16 + (digest[0] ?? 0)).fill(salt)), salt.length);
  const passing = new Rounds(ROUND_NS);
  for (let round = 0; round < rounds; round++) {
    const hash = method.make();
    hash.update(round % 2 === 1 ? p : digest);
    if (round % 3 !== 0) hash.update(s);
    if (round % 7 !== 0) hash.update(p);
    hash.update(round % 2 === 1 ? digest : p);
    digest = hash.digest();
    if (passing.isDue()) yield* passing.pass();
  }
  return digest;
}

function firstDigest(method: ShaMethod, password: Uint8Array, salt: Uint8Array): Uint8Array {
  const mixed = hashOf(method, [password, salt, password]);
  const hash = method.make();
  hash.update(password);
  hash.update(salt);
  hash.update(repeated(mixed, password.length));
  for (let bits = password.length; bits > 0; bits >>= 1) hash.update((bits & 1) === 1 ? mixed : password);
  return hash.digest();
}

function hashOf(method: ShaMethod, parts: readonly Uint8Array[]): Uint8Array {
  const hash = method.make();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** A digest over and over, as many bytes as wanted. */
function repeated(digest: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => digest[at % digest.length] ?? 0);
}

/** Three bytes a group, a third of the digest apart; which comes first turns by one. What is left over comes last. */
function order(size: 32 | 64, groups: number): readonly (readonly number[])[] {
  const all = Array.from({ length: groups }, (_, at) => {
    const three = [at, at + groups, at + 2 * groups];
    // SHA-256 takes them the other way round.
    const turn = size === 64 ? at % 3 : (3 - (at % 3)) % 3;
    return [...three.slice(turn), ...three.slice(0, turn)];
  });
  return size === 64 ? [...all, [63]] : [...all, [31, 30]];
}
