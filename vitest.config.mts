/** Which tests vitest runs: everything that needs neither a browser nor VS Code. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,lsp,fuzz}/**/*.test.ts'],
    // The Go toolchain compiles its own runtime first on a cold build cache, and one hook builds every fixture with it.
    testTimeout: 120_000,
    hookTimeout: 600_000,
    // Go packages compared as text need whole lines, not the default's first few.
    diff: { truncateThreshold: 200 },
  },
});
