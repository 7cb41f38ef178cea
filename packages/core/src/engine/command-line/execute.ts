/** Which function does what a request asks for. */
import { StatusError } from "../../lib/index.ts";
import type { DockerRequest } from "../docker/request.ts";
import { logIn, logOut, searchRegistry } from "./accounts.ts";
import { attachTo } from "./attach.ts";
import { runBake } from "./bake/index.ts";
import { buildClassic } from "./build/classic.ts";
import { buildImage } from "./build/index.ts";
import { pruneBuilder, pruneCache, showCacheUsage } from "./build-cache.ts";
import { runBuilder } from "./builders.ts";
import { commitToImage } from "./commit.ts";
import { createContainer, execInContainer, runContainer, startContainers } from "./containers.ts";
import { runContext } from "./contexts.ts";
import { copyFiles } from "./copy.ts";
import { printEvents } from "./events.ts";
import { exportContainer, importImage, loadImages, removeImages, saveImages, showHistory } from "./images.ts";
import { runImagetools } from "./imagetools/index.ts";
import { inspectObjects } from "./inspect.ts";
import { runLifecycle } from "./lifecycle.ts";
import { listContainers, listImages, listNetworks, listVolumes } from "./lists.ts";
import { printLogs } from "./logs.ts";
import { runManifest } from "./manifest/index.ts";
import { runNetwork } from "./networks.ts";
import { printChanges, printPorts, printTop } from "./observe.ts";
import { runPlugin } from "./plugins.ts";
import { prune, pruneSystem } from "./prune.ts";
import { pullImages, pushImages } from "./registry.ts";
import type { Session } from "./session.ts";
import { runStack } from "./stack/index.ts";
import { printStats } from "./stats.ts";
import { runSwarm } from "./swarm.ts";
import { showDiskUsage, showInfo, showVersion } from "./system.ts";
import { runVolume } from "./volumes.ts";

/** Does what the request asks of the engine. @returns the exit code of `docker` */
export async function execute(session: Session, request: DockerRequest): Promise<number> {
  switch (request.command) {
    case "run":
      return runContainer(session, request);
    case "create":
      return createContainer(session, request);
    case "build":
      return buildClassic(session, request);
    case "buildx build":
      return buildImage(session, request);
    case "start":
      return startContainers(session, request);
    case "exec":
      return execInContainer(session, request);
    case "logs":
      return printLogs(session, request);
    case "ps":
      return session.call("ContainerList", "", () => listContainers(session, request));
    case "images":
      return session.call("ImageList", "", () => listImages(session, request));
    case "network ls":
      return session.call("NetworkList", "", () => listNetworks(session, request));
    case "volume ls":
      return session.call("VolumeList", "", () => listVolumes(session, request));
    case "inspect":
    case "container inspect":
    case "image inspect":
    case "network inspect":
    case "volume inspect":
    case "node inspect":
    case "service inspect":
    case "secret inspect":
    case "config inspect":
      return inspectObjects(session, request);
    case "stop":
    case "restart":
    case "kill":
    case "pause":
    case "unpause":
    case "wait":
    case "rm":
    case "rename":
    case "update":
      return runLifecycle(session, request);
    case "diff":
      return session.call("ContainerChanges", request.container, () => printChanges(session, request));
    case "attach":
      return attachTo(session, request);
    case "top":
      return session.call("ContainerTop", request.container, () => printTop(session, request));
    case "stats":
      return session.call("ContainerStats", request.containers.join(" "), () => printStats(session, request));
    case "port":
      return session.call("ContainerInspect", request.container, () => printPorts(session, request));
    case "cp":
      return session.call(
        request.direction === "from-container" ? "ContainerArchive" : "PutContainerArchive",
        request.container,
        () => copyFiles(session, request),
      );
    case "commit":
      return session.call("ImageCommit", request.container, () => commitToImage(session, request));
    case "events":
      return session.call("SystemEvents", "", () => printEvents(session, request));
    case "container prune":
    case "network prune":
    case "volume prune":
    case "image prune":
      return prune(session, request);
    case "buildx du":
      return showCacheUsage(session, request);
    case "buildx prune":
      return pruneCache(session, request);
    case "builder prune":
      return pruneBuilder(session, request);
    case "info":
      return session.call("SystemInfo", "", () => showInfo(session, request));
    case "version":
      return session.call("SystemVersion", "", () => showVersion(session, request));
    case "system df":
      return session.call("SystemDataUsage", "", () => showDiskUsage(session, request));
    case "system prune":
      return pruneSystem(session, request);
    case "pull":
      return pullImages(session, request);
    case "push":
      return pushImages(session, request);
    case "history":
      return session.call("ImageHistory", request.image, () => showHistory(session, request));
    case "rmi":
      return removeImages(session, request);
    case "save":
      return saveImages(session, request);
    case "load":
      return session.call("ImageLoad", "", () => loadImages(session, request));
    case "search":
      return searchRegistry(session, request);
    case "login":
      return logIn(session, request);
    case "logout":
      return logOut(session, request);
    case "import":
      return session.call("ImageCreate", request.reference, () => importImage(session, request));
    case "export":
      return exportContainer(session, request);
    case "tag":
      return session.call("ImageTag", request.source, () => {
        session.engine.images.tag(request.source, `${request.repository}:${request.tag}`);
        return 0;
      });
    case "network create":
    case "network rm":
    case "network connect":
    case "network disconnect":
      return runNetwork(session, request);
    case "volume create":
    case "volume update":
    case "volume rm":
      return runVolume(session, request);
    case "stack config":
    case "stack deploy":
    case "stack ls":
    case "stack services":
    case "stack ps":
    case "stack rm":
      return runStack(session, request);
    case "context create":
    case "context update":
    case "context export":
    case "context import":
    case "context inspect":
    case "context ls":
    case "context rm":
    case "context show":
    case "context use":
      return runContext(session, request);
    case "buildx bake":
      return runBake(session, request);
    case "imagetools inspect":
    case "imagetools create":
      return runImagetools(session, request);
    case "manifest create":
    case "manifest annotate":
    case "manifest inspect":
    case "manifest push":
    case "manifest rm":
      return runManifest(session, request);
    case "plugin ls":
    case "plugin inspect":
    case "plugin rm":
    case "plugin enable":
    case "plugin disable":
    case "plugin set":
    case "plugin push":
    case "plugin upgrade":
    case "plugin install":
    case "plugin create":
    case "trust inspect":
    case "trust sign":
    case "trust revoke":
    case "trust signer remove":
      return runPlugin(session, request);
    case "buildx create":
    case "buildx ls":
    case "buildx inspect":
    case "buildx use":
    case "buildx rm":
    case "buildx stop":
    case "buildx version":
      return runBuilder(session, request);
    case "unsupported":
      throw new StatusError("not-implemented", `"${request.path}" is not implemented`);
    case "plugin":
      throw new StatusError("not-implemented", `"docker ${request.name}" is not implemented`);
    default:
      return runSwarm(session, request);
  }
}
