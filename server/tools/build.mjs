/** Bundles the extension, the language server and the command line into dist/, and copies the parsers beside them. */
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { packageFolder, thirdPartyNotices } from './third-party-notices.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const output = path.join(root, 'dist');
const parsers = ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-go/tree-sitter-go.wasm', 'tree-sitter-c/tree-sitter-c.wasm'].map((file) =>
  path.join(root, 'node_modules', file),
);
const entries = {
  extension: 'client/src/extension.ts',
  'language-client': 'node_modules/vscode-languageclient/lib/node/main.js',
  server: 'server/src/main-lsp.ts',
  cli: 'server/src/main-cli.ts',
};
/** What is run by itself: `NAME.js` starts `NAME-program.js`. */
const programs = ['server', 'cli'];

/** Keeps the language client, nine tenths of the extension's code, in a file that is read only when the server starts. */
const languageClientApart = {
  name: 'language-client-apart',
  setup: ({ onResolve }) => onResolve({ filter: /^vscode-languageclient\/node$/ }, () => ({ path: './language-client.js', external: true })),
};

/** Fills dist/: minified for production, with source maps otherwise. */
export async function buildAll({ production = true } = {}) {
  mkdirSync(output, { recursive: true });
  for (const parser of parsers) copyFileSync(parser, path.join(output, path.basename(parser)));
  copyContracts();
  const inputs = await Promise.all(Object.entries(entries).map(([name, source]) => bundle(name, source, production)));
  const packages = [...parsers, ...inputs.flat().map((file) => path.join(root, file))].map(packageFolder).filter((folder) => folder !== undefined);
  writeFileSync(path.join(output, 'third-party-notices.txt'), thirdPartyNotices(packages));
}

/** The contract data without what only people read in the files. */
function copyContracts() {
  const [from, to] = [path.join(root, 'server/contracts'), path.join(output, 'contracts')];
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  for (const name of readdirSync(from).filter((name) => name !== 'schema.json')) {
    const { $schema, ...data } = { ...JSON.parse(readFileSync(path.join(from, name), 'utf8')) };
    writeFileSync(path.join(to, name), JSON.stringify(name === 'index.json' ? Object.values(data) : data));
  }
}

/** Writes one bundle, and what starts it where it is a program. Returns the source files in it, relative to the project. */
async function bundle(name, source, production) {
  if (!programs.includes(name)) return bundleAs(`${name}.js`, source, production);
  const inputs = await bundleAs(`${name}-program.js`, source, production);
  const build = createHash('sha256').update(readFileSync(path.join(output, `${name}-program.js`))).digest('hex').slice(0, 16);
  const start = await bundleAs(`${name}.js`, 'server/src/start/start.ts', production, {
    define: { program: JSON.stringify({ name, build }) },
    ...(name === 'cli' ? { banner: { js: '#!/usr/bin/env node' } } : {}),
  });
  if (name === 'cli') chmodSync(path.join(output, 'cli.js'), 0o755);
  return [...inputs, ...start];
}

async function bundleAs(file, source, production, options = {}) {
  const outfile = path.join(output, file);
  if (production) rmSync(`${outfile}.map`, { force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: production,
    sourcemap: !production,
    metafile: true,
    legalComments: 'none',
    external: ['vscode'],
    // Its ES module wants import.meta.url, which a CommonJS bundle does not have.
    alias: { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
    plugins: [languageClientApart],
    // import() becomes require(): as an ES module a CommonJS file would show no names.
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
    ...options,
  });
  return Object.keys(metafile.inputs);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildAll({ production: !process.argv.includes('--dev') });
}
