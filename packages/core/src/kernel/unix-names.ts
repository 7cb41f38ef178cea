/**
 * Names of unix sockets: in the file system, where a name is an inode, or abstract, where it belongs to the network
 * namespace.
 *
 * @see unix(7)
 */
import { Errno, S_IFSOCK, type SocketAddress, type UnixAddress, W_OK } from "../abi/index.ts";
import { ownFunction } from "../lib/index.ts";
import type { UnixSocket } from "../net/index.ts";
import { checkAccess, directory, type Inode, walk } from "../vfs/index.ts";
import type { Process } from "./process.ts";

/** Bytes of a path. @see include/uapi/linux/un.h: UNIX_PATH_MAX */
const PATH_MAX = 108;

/** The sockets behind inodes. An inode outlives its socket: then nobody answers. */
export class UnixNames {
  readonly #sockets = new WeakMap<Inode, UnixSocket>();

  /** @throws EADDRINUSE if the name is taken. */
  bind(process: Process, socket: UnixSocket, address: SocketAddress): void {
    const { path } = checked(address);
    if (socket.name.path !== "") throw new Errno("EINVAL");
    if (path === "" || path.startsWith("\0")) {
      this.#bindAbstract(process, socket, path);
      return;
    }
    try {
      directory.mknod(process, path, S_IFSOCK | 0o777, 0);
    } catch (error) {
      throw error instanceof Errno && error.code === "EEXIST" ? new Errno("EADDRINUSE") : error;
    }
    this.#sockets.set(walk(process, path, { follow: false }).inode.backing, socket);
    socket.bind({ family: "unix", path });
  }

  /** The socket of that name. @throws ECONNREFUSED if nobody answers there. */
  find(process: Process, address: SocketAddress): UnixSocket {
    const { path } = checked(address);
    const found = path.startsWith("\0") ? abstractNames(process).get(path) : this.#behind(process, path);
    if (found === undefined) throw new Errno("ECONNREFUSED");
    return found;
  }

  #behind(process: Process, path: string): UnixSocket | undefined {
    if (path === "") throw new Errno("EINVAL");
    const { inode } = walk(process, path, { follow: true });
    checkAccess(process.creds, inode, W_OK);
    return inode.type === "socket" ? this.#sockets.get(inode.backing) : undefined;
  }

  #bindAbstract(process: Process, socket: UnixSocket, wanted: string): void {
    const names = abstractNames(process);
    let path = wanted;
    // Without a name the kernel gives one of five hexadecimal digits.
    for (let number = 0; path === "" || (wanted === "" && names.has(path)); number++) {
      path = `\0${number.toString(16).padStart(5, "0")}`;
    }
    if (names.has(path)) throw new Errno("EADDRINUSE");
    names.set(path, socket);
    socket.bind({ family: "unix", path });
    socket.onClose = ownFunction(() => names.delete(path));
  }
}

function checked(address: SocketAddress): UnixAddress {
  if (address.family !== "unix" || address.path.length > PATH_MAX) throw new Errno("EINVAL");
  return address;
}

const abstractNames = ({ ns, kernel }: Process): Map<string, UnixSocket> => ns.net.stack(kernel.net).unixNames;
