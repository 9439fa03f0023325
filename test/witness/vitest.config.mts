/** Runs the witnesses: every example that declares how the Go toolchain shows its hazard. Slow, so apart from the other tests. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/witness/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
