/** From what a disk throws to what a system call answers: Node's error codes are Linux's names. */
import { Errno, type ErrnoCode } from "../../abi/index.ts";

/** What system calls on files answer with; @see errno(3), libuv's uv_err_name. */
const FILE_ERRORS = [
  ...([
    "EACCES",
    "EAGAIN",
    "EBADF",
    "EBUSY",
    "EDQUOT",
    "EEXIST",
    "EFBIG",
    "EILSEQ",
    "EINVAL",
    "EIO",
    "EISDIR",
  ] as const),
  ...([
    "ELOOP",
    "EMFILE",
    "EMLINK",
    "ENAMETOOLONG",
    "ENFILE",
    "ENODEV",
    "ENOENT",
    "ENOMEM",
    "ENOSPC",
    "ENOSYS",
  ] as const),
  ...(["ENOTDIR", "ENOTEMPTY", "ENXIO", "EOPNOTSUPP", "EOVERFLOW", "EPERM", "EROFS", "ESPIPE", "ESTALE"] as const),
  ...(["ETXTBSY", "EXDEV"] as const),
] as const satisfies readonly ErrnoCode[];

const CODES: ReadonlyMap<string, ErrnoCode> = new Map<string, ErrnoCode>([
  ...FILE_ERRORS.map((code) => [code, code] as const),
  ["ENOTSUP", "EOPNOTSUPP"],
]);

/**
 * Does something with the disk.
 *
 * @throws Errno of the same name as the disk's error: EIO for an error of another name, EFBIG where a number is too
 * large for the disk. What is no error of a disk passes unchanged.
 */
export function onDisk<T>(operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw translated(error);
  }
}

function translated(error: unknown): unknown {
  if (error instanceof Errno) return error;
  if (error instanceof RangeError) return new Errno("EFBIG");
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? new Errno(CODES.get(code) ?? "EIO") : error;
}
