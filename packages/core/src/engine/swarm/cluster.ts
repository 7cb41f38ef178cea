/**
 * A swarm while there is one: its settings, tokens, node, secrets and configs, and the services with their tasks.
 *
 * Unlike Docker's it has no certificates of its own, for nobody else is there to trust them: the text that stands for the
 * root is chance in the shape of one.
 */
import { base64 } from "../../lib/index.ts";
import type { ClusterSpec } from "./cluster-spec.ts";
import { NodeStore } from "./node.ts";
import type { Revisions, SwarmObject } from "./object-table.ts";
import { PayloadStore } from "./payloads.ts";
import type { SwarmParts } from "./swarm.ts";

export interface ClusterOptions {
  readonly parts: SwarmParts;
  readonly revisions: Revisions;
  readonly spec: ClusterSpec;
  readonly address: string;
  readonly availability: "active" | "pause" | "drain";
  readonly subnetSize: number;
  readonly addressPool: readonly string[] | null;
  readonly dataPathPort: number;
}

export type TokenRole = "worker" | "manager";

const TOKEN_ROOT_DIGITS = 50;
const TOKEN_SECRET_DIGITS = 25;
const UNLOCK_KEY_BYTES = 32;
const CERTIFICATE_BYTES = 366;
const KEY_BYTES = 91;
/** What stands for "O=swarm-ca" in a certificate. */
const ISSUER = "MBMxETAPBgNVBAMTCHN3YXJtLWNh";

export class Cluster {
  readonly object: SwarmObject;
  readonly revisions: Revisions;
  readonly options: ClusterOptions;
  readonly nodes: NodeStore;
  readonly secrets: PayloadStore;
  readonly configs: PayloadStore;
  spec: ClusterSpec;
  unlockKey = "";
  readonly trustRoot: string;
  readonly issuerKey: string;
  readonly #tokens = new Map<TokenRole, string>();
  readonly #tokenRoot: string;

  constructor(options: ClusterOptions) {
    const { parts, revisions, spec, address, availability } = options;
    this.options = options;
    this.revisions = revisions;
    this.spec = spec;
    this.object = revisions.created();
    const { events, kernel } = parts;
    const changed = (): void => {};
    this.nodes = new NodeStore({ revisions, events, changed }, kernel.machine, address, availability);
    const users = (): readonly string[] => [];
    this.secrets = new PayloadStore("secret", { revisions, events, users });
    this.configs = new PayloadStore("config", { revisions, events, users });
    this.trustRoot = pem(revisions.prng.bytes(CERTIFICATE_BYTES));
    this.issuerKey = base64(revisions.prng.bytes(KEY_BYTES));
    this.#tokenRoot = revisions.digits(TOKEN_ROOT_DIGITS);
    this.rotateToken("worker");
    this.rotateToken("manager");
    this.#lock();
  }

  get issuer(): string {
    return ISSUER;
  }

  /** Ends everything that the swarm runs. */
  async close(): Promise<void> {}

  token(role: TokenRole): string {
    return this.#tokens.get(role) ?? "";
  }

  rotateToken(role: TokenRole): void {
    this.#tokens.set(role, `SWMTKN-1-${this.#tokenRoot}-${this.revisions.digits(TOKEN_SECRET_DIGITS)}`);
  }

  /** Other settings. */
  configure(spec: ClusterSpec): void {
    this.spec = spec;
    this.#lock();
    this.revisions.changed(this.object);
  }

  rotateUnlockKey(): void {
    this.unlockKey = "";
    this.#lock();
  }

  #lock(): void {
    if (!this.spec.EncryptionConfig.AutoLockManagers) {
      this.unlockKey = "";
      return;
    }
    if (this.unlockKey !== "") return;
    this.unlockKey = `SWMKEY-1-${base64(this.revisions.prng.bytes(UNLOCK_KEY_BYTES)).replace(/=+$/, "")}`;
  }
}

function pem(bytes: Uint8Array): string {
  const lines = base64(bytes).match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
