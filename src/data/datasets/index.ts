export { alignParallel, type Alignment } from './align.ts';
export { LAYOUT_NAMES, LAYOUTS, type Layout, type LayoutName } from './layouts.ts';
export { parseDataset, type ParsedDataset, type ParseOptions } from './parse.ts';
export { type FileFormat, writeDataset } from './write.ts';
