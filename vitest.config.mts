/** Which tests vitest runs: everything that needs neither a browser nor VS Code. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,lsp,fuzz}/**/*.test.ts'],
    testTimeout: 20_000,
    // One hook builds every fixture with the Go toolchain, which takes minutes on a cold build cache.
    hookTimeout: 600_000,
    // Go packages compared as text need whole lines, not the default's first few.
    diff: { truncateThreshold: 200 },
  },
});
