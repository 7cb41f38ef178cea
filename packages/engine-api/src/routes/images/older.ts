/**
 * Images as older versions of the API describe them.
 *
 * @see moby api/server/router/image/image_routes.go getImagesByName, getImagesJSON
 */

/** The configuration of a container that nobody has configured. */
const NO_CONFIG = {
  Hostname: "",
  Domainname: "",
  User: "",
  AttachStdin: false,
  AttachStdout: false,
  AttachStderr: false,
  Tty: false,
  OpenStdin: false,
  StdinOnce: false,
  Env: null,
  Cmd: null,
  Image: "",
  Volumes: null,
  WorkingDir: "",
  Entrypoint: null,
  OnBuild: null,
  Labels: null,
};

/** The last versions that had the fields, 1.49 as 149. */
const [LAST_WHOLE_CONFIG, LAST_CONTAINER_CONFIG, LAST_VIRTUAL_SIZE] = [149, 144, 143];
/** The last version whose list did not count who uses an image. */
const LAST_UNCOUNTED = 150;

/** `GET /images/{name}/json`. */
export function olderImage<T extends { readonly Size: number; readonly Config: object }>(document: T, version: number) {
  return {
    ...withVirtualSize(document, version),
    ...(version > LAST_CONTAINER_CONFIG ? {} : { ContainerConfig: NO_CONFIG }),
    ...(version > LAST_WHOLE_CONFIG ? {} : { Config: { ...NO_CONFIG, ...document.Config } }),
  };
}

/** An entry of `GET /images/json`. */
export function olderSummary<T extends { readonly Size: number; readonly Containers: number }>(
  document: T,
  version: number,
) {
  return withVirtualSize(version > LAST_UNCOUNTED ? document : { ...document, Containers: -1 }, version);
}

/** What else it takes up was never told. */
function withVirtualSize<T extends { readonly Size: number }>(document: T, version: number) {
  return version > LAST_VIRTUAL_SIZE ? document : { ...document, VirtualSize: document.Size };
}
