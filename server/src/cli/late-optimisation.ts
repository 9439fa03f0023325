/** Has V8 optimise only what runs very often: a run of the command line is short, and most of its code is never hot. */
import { setFlagsFromString } from 'node:v8';

/** How much longer than by default V8 waits. From 8 to 100 times made no difference that could be measured. */
const patience = 15;

/**
 * The flag that raises the threshold at which this version of V8 has its optimising compiler look at a function; undefined where none is known: it is
 * V8's own, not a promise of Node. Source for names and defaults: `node --v8-options` of Node 20 (V8 11.3), 22 (12.4) and 24 (13.6).
 */
export function lateOptimisationFlag(v8: string): string | undefined {
  const [major = 0, minor = 0] = v8.split('.').map(Number);
  if (major === 11 && minor < 4) return `--interrupt-budget=${66 * 1024 * patience}`;
  return major > 12 || (major === 12 && minor >= 4) ? `--invocation-count-for-turbofan=${3000 * patience}` : undefined;
}

/**
 * Sets the flag for this process, with all of its threads. With the threshold made for servers, compiling takes about as much processor time as checking
 * does, on threads that compete with ours: a run of several seconds and one of a minute both take a third less time with this one.
 */
export function optimiseLate(): void {
  const flag = lateOptimisationFlag(process.versions.v8);
  if (flag !== undefined) setFlagsFromString(flag);
}
