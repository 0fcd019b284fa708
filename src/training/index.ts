export { estimateMemory, type MemoryQuestion, type TrainingMemory } from './memory.ts';
export { type SchedulerType, scheduleFactor } from './schedule.ts';
export { type AdapterReport, type StepReport, type TrainedAdapter, Trainer, type TrainerOptions, type TrainerState, type TrainingOptions } from './trainer.ts';
