/** Builds the product, bundles the measurements as they stand in the sources, and runs them: node test/bench/run.mjs [CORPUS] [--json] [--no-build] */
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { build } from 'esbuild';
import { buildAll } from '../../server/tools/build.mjs';

const root = path.resolve(import.meta.dirname, '../..');
// Below node_modules, so that the program finds the parsers where npm put them.
const outfile = path.join(root, 'node_modules/.cache/cgo-guard/bench.cjs');
const args = process.argv.slice(2);

if (!args.includes('--no-build')) await buildAll();
await build({
  entryPoints: [path.join(root, 'test/bench/bench.ts')],
  outfile,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  // The same parser runtime as in the product.
  alias: { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [outfile, ...args.filter((arg) => arg !== '--no-build')], {
  stdio: 'inherit',
  env: { ...process.env, CGO_GUARD_ROOT: root },
});
process.exitCode = status ?? 1;
