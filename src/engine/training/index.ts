export type { AdapterReport, TrainerState } from '../../records/trainer-state.ts';
export { estimateMemory, type MemoryQuestion, type TrainingMemory } from './memory.ts';
export { type SchedulerType, scheduleFactor } from './schedule.ts';
export { type StepReport, Trainer, type TrainerOptions, type TrainingOptions } from './trainer.ts';
export type { TrainedAdapter } from './trained-adapter.ts';
