/** Floor 11: views of a machine, as data and as text. */
export { drawChange, drawLayers, type LayerView, layersOf } from "./layers.ts";
export { drawProcessTree, type ProcessNode, processTree } from "./process-tree.ts";
export { type Strace, strace } from "./strace.ts";
