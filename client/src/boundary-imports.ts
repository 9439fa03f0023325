/** Says from text alone whether Go code touches the C boundary. Knows nothing of the editor. */

/**
 * An import line of "C" or "unsafe", alone or inside a group. Comments are not looked at: a false alarm starts the server a
 * little early, a miss would leave a user without findings.
 */
const boundaryImport = /(?:^|;)[ \t]*(?:import[ \t]*\(?[ \t]*)?(?:[\w.]+[ \t]+)?["`](?:C|unsafe)["`][ \t]*(?:$|[;)/])/m;

/** Whether `text` (a file, or some lines of one) imports "C" or "unsafe". */
export function importsBoundary(text: string): boolean {
  return boundaryImport.test(text);
}
