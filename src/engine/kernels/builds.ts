/**
 * Known builds of ONNX Runtime. A function is replaced only where its body, and the bodies of all that call it directly, are to the
 * byte those that the lab's kernels were written against. Another caller might need what the lab's kernels cannot do.
 * tools/runtime/candidates.ts writes an entry for a new build; docs/kernels.md has the steps.
 */

/** MLAS's functions that are replaced (mlas.ts has their types): its two product kernels, the operation above them, its decoders. */
export const ROLES = ['zero', 'add', 'operation', 'decoder4', 'decoder8'] as const;
export type Role = (typeof ROLES)[number];

export interface KnownFunction {
  /** Its place among the module's own functions, imported ones not counted. */
  index: number;
  /** Of its body. */
  bytes: number;
  /** Of its body: declarations of locals, instructions, end. */
  sha256: string;
  /** SHA-256 of the bodies of those that call it, by their places. */
  callers: Readonly<Record<number, string>>;
}

export interface KnownBuild {
  /** Of onnxruntime-web. */
  version: string;
  functions: Readonly<Record<Role, KnownFunction>>;
}

export const BUILDS: readonly KnownBuild[] = [
  {
    version: '1.31.0-dev.20260914-8d85527a0',
    functions: {
      zero: {
        index: 1324,
        bytes: 2040,
        sha256: 'f7728808b5f87253962b9f639f830459c0961fbc2cd2f8463534e97ae5a7e534',
        callers: {
          903: 'c62a41a1350e86005a20aceda97b8dbe7d91a43bab5718537425d381003ea3b4',
          12458: '2a5ba4596cd840a29de175a6030f7feec90f83fd7d657a6f88a8729f5b5bfb6d',
          14005: '601f4fa26629e4337a92bd548941377fc198dabd443b4967565bd858ca0225d0',
        },
      },
      add: {
        index: 2321,
        bytes: 1922,
        sha256: '9e72cc3a5fb5a445d440bf86c3de4b8bb338ee3773f763c730af6227034c8f08',
        callers: {
          903: 'c62a41a1350e86005a20aceda97b8dbe7d91a43bab5718537425d381003ea3b4',
          12458: '2a5ba4596cd840a29de175a6030f7feec90f83fd7d657a6f88a8729f5b5bfb6d',
        },
      },
      operation: {
        index: 903,
        bytes: 7919,
        sha256: 'c62a41a1350e86005a20aceda97b8dbe7d91a43bab5718537425d381003ea3b4',
        callers: {
          2604: 'c8691f6dc087d8d6c04ed0e9787e016f32e92abbc89e753216006161ed18b94a',
          5099: '0802099c7121248139f5426362881e0707b657c9f585dcc44e31484958247647',
          7221: '124b21dbb59f96f0f0968d8d5826dd34df03748c22b90d26d8c98578aaaaf98f',
          12458: '2a5ba4596cd840a29de175a6030f7feec90f83fd7d657a6f88a8729f5b5bfb6d',
          14242: '6704c0660f59c8e55795b91a151b3e064ffe3c49ea57a90cf0b6123b567ee9eb',
          14260: 'e295c47bba36602266cdd6ee1c6c8e7eaf7570c8a1bcb83ba08cb71f3576a088',
        },
      },
      decoder4: {
        index: 4157,
        bytes: 2808,
        sha256: '13dc62f126e8137052b7fbdc48f84eb7c471b9aa36817c3435ffd219dec70e8b',
        callers: {
          14011: '808285920e3ccdbbf3a8d0eadfb5e4fe9dccf6fdf933e12bc823c8d484a192d8',
          14016: '2ef87f71ada35cbc9fc251ffa1fc0a5664bacca9cffc9dfdea593f174b6de8b2',
        },
      },
      decoder8: {
        index: 4156,
        bytes: 2741,
        sha256: 'ba784a0515a464eb981f809a43cdd0bbf5317f3409d178eac8892ceff03e436c',
        callers: {
          14011: '808285920e3ccdbbf3a8d0eadfb5e4fe9dccf6fdf933e12bc823c8d484a192d8',
          14016: '2ef87f71ada35cbc9fc251ffa1fc0a5664bacca9cffc9dfdea593f174b6de8b2',
        },
      },
    },
  },
];
