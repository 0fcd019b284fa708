export { decoderOnnx } from './decoder-onnx.ts';
export { type CardFormat, type ModelCard, modelCard } from './model-card.ts';
export { type ModelExport, type ModelFormat, modelFiles } from './model-files.ts';
export { type FileParts, zipModel } from '../../files/zip.ts';
