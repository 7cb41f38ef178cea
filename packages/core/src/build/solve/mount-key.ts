/**
 * What of a RUN's mount counts to the cache: what it comes to, however it was written. Where its files come from does not,
 * only what they are; nor does which cache it shows, or what is in a secret.
 *
 * @see BuildKit frontend/dockerfile/dockerfile2llb/convert_runmount.go, solver/llbsolver/ops/exec.go (CacheMap)
 */
import { unreachable } from "../../lib/index.ts";
import type { StepMount } from "../frontend/step.ts";
import { secretId, secretTarget } from "./exec-mounts.ts";

type Counted = Readonly<Record<string, string | number | boolean | undefined>>;

/** @param input the number of what it shows, if the files count themselves, so that their place does not */
export function mountKey(mount: StepMount, input: number | undefined): string {
  return JSON.stringify({ type: mount.type, ...countedOf(mount, input) });
}

function countedOf(mount: StepMount, input: number | undefined): Counted {
  const { type, target, readonly, required } = mount;
  const place = input === undefined ? { from: mount.from, source: mount.source } : { input };
  switch (type) {
    case "bind":
      return { target, readonly, ...place };
    case "cache":
      return { target, readonly, ...place, ...cacheOf(mount), ...(mount.source === "" ? ownerOf(mount, 0o755) : {}) };
    case "tmpfs":
      return { target, readonly, size: mount.sizeBytes };
    case "secret": {
      const id = secretId(mount);
      const at = secretTarget(mount);
      return {
        id,
        env: mount.env,
        required,
        ...(at === undefined ? {} : { target: at, ...ownerOf(mount, 0o400, true) }),
      };
    }
    case "ssh":
      return { id: mount.id, target, required, ...ownerOf(mount, 0o600, true) };
    default:
      return unreachable(type);
  }
}

/**
 * Its id and how it is shared do not count: but for a shared one whose id is its target, maybe in a name space without a
 * slash. @see checkShouldClearCacheOpts
 */
function cacheOf({ id, sharing = "shared", target }: StepMount): Counted {
  const inNamespace = id.slice(id.indexOf("/") + 1);
  return sharing === "shared" && (id === target || inNamespace === target) ? { id } : {};
}

/** Mode and owner, with defaults filled in as soon as one is given, or always. */
function ownerOf({ mode, uid, gid }: StepMount, usual: number, always = false): Counted {
  if (!always && mode === undefined && uid === undefined && gid === undefined) return {};
  return { mode: mode ?? usual, uid: uid ?? 0, gid: gid ?? 0 };
}
