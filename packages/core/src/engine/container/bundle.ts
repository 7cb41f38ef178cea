/**
 * The files that the engine writes for each container: /etc/hostname, /etc/hosts, /etc/resolv.conf.
 *
 * They lie on the machine under /var/lib/docker/containers, and are made when somebody first looks: most containers
 * never read them.
 *
 * @see moby libnetwork/etchosts, libnetwork/resolvconf
 */
import {
  FileContent,
  MemoryDirectory,
  MemoryFile,
  type MemoryFs,
  type MemoryInode,
  removeTree,
} from "../../fs/index.ts";
import { decode, encode } from "../../lib/index.ts";
import { ensureDirectory } from "../volumes.ts";

const CONTAINERS = "/var/lib/docker/containers";

/** What the files say. */
export interface BundleContents {
  readonly hostname: string;
  /** Lines of /etc/hosts after the standard ones: "172.17.0.2\tweb". */
  readonly hosts: readonly string[];
  /** The container speaks IPv6. */
  readonly hasIPv6: boolean;
  readonly resolvConf: string;
}

const STANDARD_HOSTS = "127.0.0.1\tlocalhost\n";
const STANDARD_HOSTS_6 = `::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
ff00::\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;

/** The directory of all bundles; `contentsOf` says what belongs into one, by the container's id. */
export class BundleDirectory extends MemoryDirectory {
  readonly #contentsOf: (id: string) => BundleContents | undefined;

  constructor(disk: MemoryFs, contentsOf: (id: string) => BundleContents | undefined) {
    const parent = ensureDirectory(disk, "/var/lib/docker");
    const before = parent.lookup("containers");
    super(
      disk,
      { type: "dir", mode: 0o710, uid: 0, gid: 0 },
      before instanceof MemoryDirectory ? before.parts.rest : undefined,
    );
    this.#contentsOf = contentsOf;
    parent.adopt("containers", this);
  }

  static path(id: string): string {
    return `${CONTAINERS}/${id}`;
  }

  override lookup(name: string): MemoryInode | undefined {
    const known = super.lookup(name);
    if (known !== undefined) return known;
    const contents = this.#contentsOf(name);
    if (contents === undefined) return undefined;
    const bundle = this.create(name, { type: "dir", mode: 0o710, uid: 0, gid: 0 }) as MemoryDirectory;
    addFile(bundle, "hostname", `${contents.hostname}\n`);
    const standard = STANDARD_HOSTS + (contents.hasIPv6 ? STANDARD_HOSTS_6 : "");
    addFile(bundle, "hosts", standard + contents.hosts.map((line) => `${line}\n`).join(""));
    addFile(bundle, "resolv.conf", contents.resolvConf);
    return bundle;
  }

  /** Changes a file of a container, if it has been made. */
  edit(id: string, name: "hosts" | "resolv.conf", change: (text: string) => string): void {
    const bundle = super.lookup(id);
    const file = bundle instanceof MemoryDirectory ? bundle.lookup(name) : undefined;
    if (!(file instanceof MemoryFile)) return;
    const before = decode(file.content.read(0, file.content.size));
    const after = change(before);
    if (after !== before) file.content = FileContent.of(encode(after));
  }

  /** Forgets a container's bundle. */
  drop(id: string): void {
    if (super.lookup(id) !== undefined) removeTree(this.fs, BundleDirectory.path(id));
  }
}

function addFile(directory: MemoryDirectory, name: string, text: string): void {
  const file = directory.create(name, { type: "file", mode: 0o644, uid: 0, gid: 0 });
  if (file instanceof MemoryFile) file.content = FileContent.of(encode(text));
}
