export { compose, composeIds, type ComposeOptions, type Composition, type Entry, type Ids } from './compose.ts';
export { type Mix, mixName, parseMix, studyCompositions, studyOrder } from './name.ts';
export { describeMix } from './plan.ts';
export { type Proof, proofOf } from './proof.ts';
