/** Floor 11: views of a machine, as data, as text and as pictures. */
export {
  type BuildNode,
  type BuildNodeState,
  buildGraph,
  buildGraphSvg,
  drawBuildGraph,
} from "./build-graph.ts";
export type { HiddenFile } from "./hidden-files.ts";
export { drawChange, drawLayers, type LayerView, layersOf, layersSvg } from "./layers.ts";
export { drawProcessTree, type ProcessNode, processTree } from "./process-tree.ts";
export { type Strace, strace } from "./strace.ts";
