/** Runs the witnesses: every example that declares how the Go toolchain shows its hazard. Slow, so apart from the other tests. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/witness/**/*.test.ts'],
    // Each spends its time in the Go toolchain, which for one small package has work for hardly more than one processor.
    sequence: { concurrent: true },
    maxConcurrency: availableParallelism(),
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
