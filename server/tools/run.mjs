/** Runs a tool that is written in TypeScript: `node server/tools/run.mjs NAME [ARGUMENT…]`. Node 20 cannot read such files itself. */
import { mkdirSync } from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
const [name = '', ...args] = process.argv.slice(2);
// Below node_modules, so that the bundle finds the packages it leaves out.
const cache = path.join(root, 'node_modules/.cache/cgo-guard');
mkdirSync(cache, { recursive: true });
const outfile = path.join(cache, `${name}.mjs`);
await build({ absWorkingDir: root, entryPoints: [`server/tools/${name}.ts`], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', logLevel: 'error' });
const { main } = await import(pathToFileURL(outfile).href);
process.exitCode = await main(root, args);
