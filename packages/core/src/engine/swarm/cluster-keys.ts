/**
 * What a swarm is known by and locked with: its root of certificates, the tokens to join with, and the key of locked
 * managers.
 *
 * Unlike Docker's it has no certificates of its own, for nobody else is there to trust them: the text that stands for the
 * root is chance in the shape of one.
 *
 * @see swarmkit ca/config.go, manager/encryption
 */
import { base64 } from "../../lib/index.ts";
import type { Revisions } from "./object-table.ts";

export type TokenRole = "worker" | "manager";

export interface ClusterKeysRecord {
  readonly unlockKey: string;
  readonly trustRoot: string;
  readonly issuerKey: string;
  readonly tokenRoot: string;
  readonly tokens: readonly (readonly [TokenRole, string])[];
}

const TOKEN_ROOT_DIGITS = 50;
const TOKEN_SECRET_DIGITS = 25;
const UNLOCK_KEY_BYTES = 32;
const CERTIFICATE_BYTES = 366;
const KEY_BYTES = 91;
/** What stands for "O=swarm-ca" in a certificate. */
const ISSUER = "MBMxETAPBgNVBAMTCHN3YXJtLWNh";

export class ClusterKeys {
  readonly #revisions: Revisions;
  readonly #tokens: Map<TokenRole, string>;
  #trustRoot: string;
  #issuerKey: string;
  #tokenRoot: string;
  #unlockKey: string;

  /** `known` is what they were before. */
  constructor(revisions: Revisions, known?: ClusterKeysRecord) {
    this.#revisions = revisions;
    this.#trustRoot = known?.trustRoot ?? pem(revisions.prng.bytes(CERTIFICATE_BYTES));
    this.#issuerKey = known?.issuerKey ?? base64(revisions.prng.bytes(KEY_BYTES));
    this.#tokenRoot = known?.tokenRoot ?? revisions.digits(TOKEN_ROOT_DIGITS);
    this.#tokens = new Map(known?.tokens);
    this.#unlockKey = known?.unlockKey ?? "";
    if (known === undefined) this.#renewTokens();
  }

  get record(): ClusterKeysRecord {
    const [unlockKey, trustRoot, issuerKey] = [this.#unlockKey, this.#trustRoot, this.#issuerKey];
    return { unlockKey, trustRoot, issuerKey, tokenRoot: this.#tokenRoot, tokens: [...this.#tokens] };
  }

  get trustRoot(): string {
    return this.#trustRoot;
  }

  get issuer(): string {
    return ISSUER;
  }

  get issuerKey(): string {
    return this.#issuerKey;
  }

  /** "" for a swarm whose managers are not locked. */
  get unlockKey(): string {
    return this.#unlockKey;
  }

  token(role: TokenRole): string {
    return this.#tokens.get(role) ?? "";
  }

  rotateToken(role: TokenRole): void {
    this.#tokens.set(role, `SWMTKN-1-${this.#tokenRoot}-${this.#revisions.digits(TOKEN_SECRET_DIGITS)}`);
  }

  /** Another root of certificates, with tokens that tell of it. */
  renewRoot(): void {
    const revisions = this.#revisions;
    this.#trustRoot = pem(revisions.prng.bytes(CERTIFICATE_BYTES));
    this.#issuerKey = base64(revisions.prng.bytes(KEY_BYTES));
    this.#tokenRoot = revisions.digits(TOKEN_ROOT_DIGITS);
    this.#renewTokens();
  }

  /** Has a key if managers are to be locked, and none if they are not; the one that there is stays unless it is renewed. */
  lock(locks: boolean, { renews = false }: { readonly renews?: boolean } = {}): void {
    if (!locks) this.#unlockKey = "";
    else if (this.#unlockKey === "" || renews) {
      const key = base64(this.#revisions.prng.bytes(UNLOCK_KEY_BYTES)).replace(/=+$/, "");
      this.#unlockKey = `SWMKEY-1-${key}`;
    }
  }

  #renewTokens(): void {
    this.rotateToken("worker");
    this.rotateToken("manager");
  }
}

function pem(bytes: Uint8Array): string {
  const lines = base64(bytes).match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
