/** Spreads the folders of a run over threads. Folders know nothing of each other: who checks which makes no difference to the outcome. */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { parentPort, type Worker } from 'node:worker_threads';
import type { Host } from '../project/host.ts';
import { listingOnce, nodeHost } from '../project/node-host.ts';
import { type CheckedFolder, type Checker, checkFolder, type FolderJob } from './check-folder.ts';

/** The work of a run, which all of its threads take from. */
export interface SharedWork {
  readonly jobs: readonly FolderJob[];
  /** The number of the job that is taken next, in memory that all threads see. */
  readonly next: Int32Array;
}

/** Starts a thread of the program that does nothing but `serveFolders`. */
export type StartThread = (work: SharedWork) => Worker;

/** A run that is over sooner has no use for threads: each of them loads the parsers anew, in about a quarter of a second. */
const patience = 300;
const worthAThread = 600;
/** Each thread takes some hundred megabytes. */
const mostThreads = 8;

interface Answer {
  readonly index: number;
  readonly folder: CheckedFolder;
}

/**
 * Checks all folders and answers in their order. Once the run turns out to be long, threads help: one for each processor, or as many as
 * `wanted` says, this one included. `done` hears of each folder.
 */
export async function checkFolders(jobs: readonly FolderJob[], checker: Checker, startThread: StartThread | undefined, wanted: number | undefined, done: (index: number) => void): Promise<readonly CheckedFolder[]> {
  const work: SharedWork = { jobs, next: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) };
  const checked: (CheckedFolder | undefined)[] = jobs.map(() => undefined);
  const threads: { readonly thread: Worker; readonly ended: Promise<unknown> }[] = [];
  const take = ({ index, folder }: Answer): void => {
    checked[index] = folder;
    done(index);
  };
  const start = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const thread = startThread!(work);
      thread.on('message', take);
      // What a thread that fails has left undone is done below.
      thread.on('error', () => undefined);
      threads.push({ thread, ended: new Promise((resolve) => thread.once('exit', resolve)) });
    }
  };
  const most = (wanted ?? Math.min(availableParallelism(), mostThreads)) - 1;
  let mayStart = startThread !== undefined && most > 0;
  const began = performance.now();
  try {
    await takeFolders(work, checker, async (answer) => {
      take(answer);
      const count = mayStart ? threadsFor(answer.index + 1, jobs.length, wanted === undefined ? performance.now() - began : undefined) : 0;
      if (count > 0) {
        mayStart = false;
        start(Math.min(count, most));
      }
      // What the threads have sent is heard between two folders.
      if (threads.length > 0) await setImmediate();
    });
    await Promise.all(threads.map(({ ended }) => ended));
  } finally {
    for (const { thread } of threads) void thread.terminate();
  }
  const out: CheckedFolder[] = [];
  for (const [index, job] of jobs.entries()) out.push(checked[index] ?? (await checkFolder(checker, job)));
  return out;
}

/** How many threads are worth their start, when the rest of the run takes as long as its beginning; without `elapsed` all that have something to do. */
function threadsFor(done: number, total: number, elapsed: number | undefined): number {
  if (elapsed === undefined) return total - done;
  return elapsed < patience ? 0 : Math.min(total - done, Math.floor((elapsed / done) * (total - done) / worthAThread));
}

async function takeFolders({ jobs, next }: SharedWork, checker: Checker, done: (answer: Answer) => Promise<void>): Promise<void> {
  for (;;) {
    const index = Atomics.add(next, 0, 1);
    const job = jobs[index];
    if (job === undefined) return;
    await done({ index, folder: await checkFolder(checker, job) });
  }
}

/** Whether this is a thread that `checkFolders` started, by what it was given. */
export const isSharedWork = (data: unknown): data is SharedWork => typeof data === 'object' && data !== null && 'jobs' in data && 'next' in data;

/** The life of such a thread. */
export async function serveFolders(work: SharedWork, createProject: (host: Host) => Promise<Checker>): Promise<void> {
  const checker = await createProject(listingOnce(nodeHost));
  await takeFolders(work, checker, async (answer) => parentPort?.postMessage(answer));
  checker.dispose();
}
