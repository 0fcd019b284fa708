export { BUILT_IN_PROMPTS } from './built-in.ts';
export { type Cost, estimateCost } from './cost.ts';
export { judgeAll, type JudgeAllOptions, type JudgeAllResult } from './judge-all.ts';
export { PromptLibrary } from './library.ts';
export type { MeterReading } from './meter.ts';
export { OpenAiJudge, type OpenAiJudgeConfig, type OpenAiJudgeOptions } from './openai-judge.ts';
export { probeJudge } from './probe.ts';
export { parseRating, parseVerdict, type Rating, type Verdict } from './rating.ts';
export { fillTemplate, renderSingle } from './render.ts';
