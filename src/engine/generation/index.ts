export { type GenerateOptions, Generator, type GeneratorOptions } from './generator.ts';
export type { GenerationRequest, GenerationResult } from './request.ts';
