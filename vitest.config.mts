/** Which tests vitest runs: everything that needs neither a browser nor VS Code. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,lsp,fuzz}/**/*.test.ts'],
    // The limit only ends what hangs: a loaded machine takes many times as long as an idle one.
    testTimeout: 600_000,
    // The Go toolchain compiles its own runtime first on a cold build cache, and one hook builds every fixture with it.
    hookTimeout: 900_000,
    // Go packages compared as text need whole lines, not the default's first few.
    diff: { truncateThreshold: 200 },
  },
});
