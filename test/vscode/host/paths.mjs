/** Where the VS Code tests find and leave things; everything they write is git-ignored. */
import * as path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../../..');
/** What ships with the tests: which VS Code and which Node, with their lock file. */
export const toolsManifest = path.join(root, 'test/vscode/tools');
/** Outside node_modules, so that `npm ci` does not throw 800 MB away. */
export const toolsCache = path.join(root, '.vscode-test-tools');
/** An extension that shows diagnostics as gopls does. */
export const vetStandIn = path.join(root, 'test/vscode/vet-stand-in');
/** The bundled suite. */
export const suiteOutput = path.join(root, '.vscode-test-out');
/** Screenshots of the run as a user. */
export const screenshots = path.join(root, '.vscode-test-shots');
/** A small real cgo package with hazards. */
export const sample = path.join(root, 'test/vscode/sample');
