/** Bundles the extension and the suite that runs inside the extension host. */
import { readdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { build } from 'esbuild';
import { buildAll } from '../../server/tools/build.mjs';
import { suiteOutput } from './host/paths.mjs';

const source = path.join(import.meta.dirname, 'suite');

/** Builds dist/ and one bundle per suite file. */
export async function buildSuite() {
  await buildAll({ production: false });
  rmSync(suiteOutput, { recursive: true, force: true });
  await build({
    entryPoints: readdirSync(source).filter((name) => name === 'index.ts' || name.endsWith('.test.ts')).map((name) => path.join(source, name)),
    outdir: suiteOutput,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
}
