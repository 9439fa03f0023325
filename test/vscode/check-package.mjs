/** `npm run test:package`: packs the extension and checks that the .vsix is small and holds only what runs. */
import * as assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { packedFiles, packExtension } from './host/package-extension.mjs';
import { root } from './host/paths.mjs';

const limit = 1_500_000;
const scratch = mkdtempSync(path.join(tmpdir(), 'cgv-'));
try {
  const vsix = path.join(scratch, 'cgo-guard.vsix');
  packExtension(vsix);
  const files = packedFiles(vsix);
  const size = statSync(vsix).size;
  assert.deepEqual(files.filter((file) => !mayBePacked(file)), [], 'files that do not belong into the .vsix');
  assert.deepEqual(required().filter((file) => !files.includes(file)), [], 'files that are missing from the .vsix');
  assert.ok(size < limit, `the .vsix has ${size} bytes, more than ${limit}`);
  console.log(`The .vsix holds ${files.length} files in ${Math.round(size / 1000)} kB`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function mayBePacked(file) {
  return /^(\[Content_Types\]\.xml|extension\.vsixmanifest|extension\/(package(\.nls(\.[\w-]+)?)?\.json|readme\.md|changelog\.md|LICENSE\.txt|images\/[\w.-]+\.(png|svg|gif)|syntaxes\/[\w.-]+\.json|server\/docs\/rules\/[\w-]+\.md|server\/src\/lint\/config-schema\.json|dist\/(contracts\/)?[\w.-]+))$/.test(file)
    && !/\.map$|\/cli(-program)?\.js$/.test(file);
}

/** Everything that the manifest and the extension name. */
function required() {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return [
    'package.json', 'package.nls.json', 'LICENSE.txt', manifest.icon, 'dist/extension.js', 'dist/language-client.js', 'dist/server.js', 'dist/server-program.js', 'dist/third-party-notices.txt',
    ...['web-tree-sitter', 'tree-sitter-go', 'tree-sitter-c'].map((parser) => `dist/${parser}.wasm`),
    ...readdirSync(path.join(root, 'server/contracts')).filter((name) => name !== 'schema.json').map((name) => `dist/contracts/${name}`),
    ...manifest.contributes.grammars.map((grammar) => path.posix.normalize(grammar.path)),
    ...manifest.contributes.jsonValidation.map((schema) => path.posix.normalize(schema.url)),
    ...readdirSync(path.join(root, 'server/docs/rules')).map((page) => `server/docs/rules/${page}`),
    ...readdirSync(path.join(root, 'images')).filter((name) => name.endsWith('.png')).map((image) => `images/${image}`),
  ].map((file) => `extension/${file}`);
}
