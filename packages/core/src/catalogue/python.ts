/** Python images: Debian, an interpreter in /usr/local, and pip. @see https://github.com/docker-library/python */
import { PackageIndexes, type PythonRelease, packageFiles, VERSIONS } from "../programs/index.ts";
import { alpineSteps } from "./alpine.ts";
import type { CatalogueImage } from "./catalogue-image.ts";
import { debianSteps } from "./debian.ts";
import { imageOf, instruction, type Step } from "./image-of.ts";
import { RootFs } from "./root-fs.ts";

interface Tools {
  readonly pip: string;
  readonly setuptools: string | undefined;
}

const TOOLS: Readonly<Record<string, Tools>> = {
  "3.7": { pip: "23.0.1", setuptools: "57.5.0" },
  "3.9": { pip: "23.0.1", setuptools: "58.1.0" },
  "3.12": { pip: "24.3.1", setuptools: undefined },
};

const GPG_KEYS: Readonly<Record<string, string>> = {
  "3.7": "0D96DF4D4110E5C43FBFB17F2D347EA6AA65421D",
  "3.9": "E3FF2839C048B25C084DEBE9B26995E310250568",
  "3.12": "7169605F62C751356D054A26A821E680E5FA6305",
};

export const python = (minor: string, base: string) => (): CatalogueImage => {
  const version = VERSIONS.python.find((one) => one.startsWith(`${minor}.`)) ?? minor;
  const steps = base === "alpine" ? alpineSteps() : debianSteps(base);
  const below = steps.find(({ layer }) => layer !== undefined)?.layer;
  const runtime = new RootFs(below);
  runtime
    .file("etc/ssl/certs/ca-certificates.crt", "")
    .file("etc/mime.types", "text/html html htm\n")
    .file("etc/services", "http\t80/tcp\n");
  const interpreter = pythonLayer(runtime, version, minor);
  const links = new RootFs(interpreter);
  for (const name of ["idle3", "pip3", "pydoc3", "python3"]) {
    if (name === "python3" || name === "pip3") links.link(`usr/local/bin/${name.replace("3", "")}`, name);
  }
  const env = [
    "PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG=C.UTF-8",
    `GPG_KEY=${GPG_KEYS[minor] ?? ""}`,
    `PYTHON_VERSION=${version}`,
  ];
  const more: readonly Step[] = [
    instruction("ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    instruction("ENV LANG=C.UTF-8"),
    { ...instruction("RUN /bin/sh -c set -eux; install ca-certificates netbase tzdata # buildkit"), layer: runtime },
    instruction(`ENV GPG_KEY=${GPG_KEYS[minor] ?? ""}`),
    instruction(`ENV PYTHON_VERSION=${version}`),
    { ...instruction(`RUN /bin/sh -c set -eux; build and install Python ${version} # buildkit`), layer: interpreter },
    { ...instruction("RUN /bin/sh -c set -eux; link idle pip pydoc python python-config # buildkit"), layer: links },
    instruction('CMD ["python3"]'),
  ];
  return imageOf({ Env: env, Cmd: ["python3"] }, [...steps, ...more]);
};

function pythonLayer(below: RootFs, version: string, minor: string): RootFs {
  const root = new RootFs(below);
  const executable = `/usr/local/bin/python${minor}`;
  root.program(executable, `python${minor}`).link("usr/local/bin/python3", `python${minor}`);
  const library = `usr/local/lib/python${minor}`;
  for (const name of ["os", "sys", "json", "http"]) {
    root.file(`${library}/${name}.py`, `# ${name} of Python ${version}: a stand-in; it holds no code.\n`);
  }
  const { pip, setuptools } = TOOLS[minor] ?? { pip: "24.3.1", setuptools: undefined };
  install(root, tool("pip", pip, ["pip", "pip3", `pip${minor}`]), executable, library);
  if (setuptools !== undefined) {
    install(root, tool("setuptools", setuptools, []), executable, library);
    install(root, tool("wheel", "0.45.1", ["wheel"]), executable, library);
  }
  return root;
}

function tool(name: string, version: string, commands: readonly string[]): PythonRelease {
  const module = name === "pip" ? "pip._internal.cli.main" : `${name}.cli`;
  const [known] = new PackageIndexes().python.releases(name);
  return {
    name,
    wheel: "",
    bytes: 0,
    python: "",
    requires: [],
    summary: known?.summary ?? "",
    homePage: known?.homePage ?? "",
    author: known?.author ?? "",
    license: known?.license ?? "",
    version,
    modules: [name],
    scripts: commands.map((command) => [command, module, "main"]),
  };
}

function install(root: RootFs, release: PythonRelease, executable: string, library: string): void {
  for (const [path, content] of packageFiles(release, { executable })) {
    if (path.startsWith("../../../bin/")) {
      const name = path.slice("../../../bin/".length);
      // The plain name is a link of its own, in the layer above.
      if (name !== "pip") root.script(`usr/local/bin/${name}`, content);
    } else root.file(`${library}/site-packages/${path}`, content);
  }
}
