/** Bundles the extension, the language server and the command line into dist/, and copies the parsers beside them. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
const output = path.join(root, 'dist');
const require = createRequire(import.meta.url);
const parsers = ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-go/tree-sitter-go.wasm', 'tree-sitter-c/tree-sitter-c.wasm'];
const entries = { extension: 'client/src/extension.ts', server: 'server/src/main-lsp.ts', cli: 'server/src/main-cli.ts' };

/** Fills dist/ afresh: minified for production, with source maps otherwise. */
export async function buildAll({ production = true } = {}) {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output);
  for (const parser of parsers) copyFileSync(require.resolve(parser), path.join(output, path.basename(parser)));
  await Promise.all(Object.entries(entries).map(([name, source]) => bundle(name, source, production)));
  chmodSync(path.join(output, 'cli.js'), 0o755);
}

function bundle(name, source, production) {
  return build({
    entryPoints: [path.join(root, source)],
    outfile: path.join(output, `${name}.js`),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: production,
    sourcemap: !production,
    external: ['vscode'],
    // Its ES module wants import.meta.url, which a CommonJS bundle does not have.
    alias: { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
    ...(name === 'cli' ? { banner: { js: '#!/usr/bin/env node' } } : {}),
    logLevel: 'warning',
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildAll({ production: !process.argv.includes('--dev') });
}
