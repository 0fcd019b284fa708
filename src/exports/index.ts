export { decoderOnnx } from './decoder-onnx.ts';
export { type CardFormat, type ModelCard, modelCard } from './model-card.ts';
export { type ModelExport, type ModelFormat, modelFiles, zipModel } from './model-files.ts';
