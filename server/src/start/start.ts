/** The file that a person or an editor starts: it runs the program beside it. */
import { join } from 'node:path';
import { optimiseLate } from '../cli/late-optimisation.ts';
import { cacheFolder } from './cache-folder.ts';
import { run } from './code-cache.ts';

/** Filled in by the build. */
declare const program: { readonly name: string; readonly build: string };

// Compiled code belongs to the flags under which it was compiled.
if (process.argv[2] === 'check') optimiseLate();

const isWanted = !process.env['NODE_DISABLE_COMPILE_CACHE'];
run({ ...program, file: join(__dirname, `${program.name}-program.js`) }, __filename, isWanted ? cacheFolder() : undefined);
