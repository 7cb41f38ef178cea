/**
 * What a registry has, on a disk that outlives the process: blobs in an OCI image layout, and beside it
 * `repositories.json`, which says what each repository has of them. A blob is there before a repository has it, and the
 * document is replaced as a whole: a registry that is killed is found as it was before a request or after it.
 */
import { type ContentDisk, ContentStore, replaceFile } from "../../content/index.ts";
import { decode, encode, StatusError } from "../../lib/index.ts";
import { Repository, type RepositoryRecord } from "./repository.ts";

interface RegistryDocument {
  readonly version: number;
  readonly repositories: readonly RepositoryRecord[];
}

const NAME = "repositories.json";
const VERSION = 1;

export class RegistryDisk {
  readonly store: ContentStore;
  readonly #disk: ContentDisk;
  readonly #path: string;
  /** As it was written or read. */
  #text = "";
  /** What was written last: a repository whose record is another object has changed. */
  #written: readonly RepositoryRecord[] = [];

  /** @throws StatusError invalid-argument if there is something else */
  constructor(disk: ContentDisk, path: string) {
    this.#disk = disk;
    this.#path = `${path === "/" ? "" : path}/${NAME}`;
    this.store = new ContentStore(disk, path);
    this.store.discardIngests();
  }

  /** @throws StatusError invalid-argument for a document of another kind */
  read(): readonly Repository[] {
    if (!this.#disk.existsSync(this.#path)) return [];
    const read = this.#disk.readFileSync(this.#path);
    const text = typeof read === "string" ? read : decode(read);
    const { version, repositories = [] } = parsed(text);
    if (version !== VERSION) {
      throw new StatusError("invalid-argument", `${this.#path} is no list of repositories, or one of another version`);
    }
    this.#text = text;
    return repositories.map((record) => Repository.restored(record));
  }

  /** Writes what has changed. What a source offers is not kept. */
  write(repositories: readonly Repository[]): void {
    const current = repositories.map(({ record }) => record);
    if (current.length === this.#written.length && current.every((one, at) => one === this.#written[at])) return;
    const records = current.map((record) => ({
      ...record,
      blobs: record.blobs.filter((digest) => this.store.has(digest)),
    }));
    const document: RegistryDocument = { version: VERSION, repositories: records };
    const text = `${JSON.stringify(document, undefined, 2)}\n`;
    if (text !== this.#text) replaceFile(this.#disk, this.#path, encode(text));
    this.#text = text;
    this.#written = current;
  }
}

function parsed(text: string): Partial<RegistryDocument> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
