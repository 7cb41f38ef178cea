/** `docker buildx du` and `docker buildx prune`. @see BuildKit control/control.go:DiskUsage, Prune */
import type { CacheUsage } from "@bottleship/core/build";
import { cacheFilter, type Engine } from "@bottleship/core/engine";
import { type GrpcCall, onlyMessage } from "./grpc-server.ts";
import { MESSAGES, type Timestamp, type UsageRecord } from "./messages.ts";

export async function diskUsage({ builder }: Engine, call: GrpcCall): Promise<void> {
  const { filter } = MESSAGES.diskUsage.decode(await onlyMessage(call));
  const record = builder.cacheUsage().filter(cacheFilter(filter)).map(recordOf);
  await call.send(MESSAGES.diskUsed.encode({ record }));
}

/** Tells of every record that it removes. */
export async function prune({ builder }: Engine, call: GrpcCall): Promise<void> {
  const request = MESSAGES.prune.decode(await onlyMessage(call));
  const removed = builder.pruneCache({
    all: request.all,
    unusedForUs: request.keepDuration / 1000,
    reservedBytes: request.reservedSpace,
    maxUsedBytes: request.maxUsedSpace,
    accepts: cacheFilter(request.filter),
  });
  for (const one of removed) await call.send(MESSAGES.usage.encode(recordOf(one)));
}

function recordOf(one: CacheUsage): UsageRecord {
  return {
    ID: one.id,
    Mutable: one.mutable,
    InUse: false,
    Size: one.sizeBytes,
    CreatedAt: timestamp(one.createdUs),
    LastUsedAt: timestamp(one.lastUsedUs),
    UsageCount: one.usageCount,
    Description: one.description,
    RecordType: one.type,
    Shared: one.shared,
    Parents: one.parents,
  };
}

function timestamp(us: number): Timestamp {
  return { seconds: Math.floor(us / 1e6), nanos: (us % 1e6) * 1000 };
}
