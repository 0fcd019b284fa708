export type { Columns } from './columns.ts';
export { openDevice } from './open-device.ts';
export { Outputs, type Feeds, type Program, type ProgramOptions, type Session } from './session.ts';
export { isOutOfMemory } from './shortage.ts';
export { type DeviceTensor, host, type HostArray, type HostTensor, readFloats, viewAs } from './tensor.ts';
export type { Device, DeviceWish, StoredTensors, Surroundings } from './device.ts';
