/** Which tests vitest runs: everything that needs neither a browser nor VS Code. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Programs that tests start leave nothing in the cache of the person who runs them.
    env: { NODE_DISABLE_COMPILE_CACHE: '1' },
    include: ['test/{unit,lsp,fuzz}/**/*.test.ts'],
    // The limit only ends what hangs: a loaded machine takes many times as long as an idle one.
    testTimeout: 600_000,
    // The Go toolchain compiles its own runtime first on a cold build cache, and one hook builds every fixture with it.
    hookTimeout: 900_000,
    // Go packages compared as text need whole lines, not the default's first few.
    diff: { truncateThreshold: 200 },
  },
});
