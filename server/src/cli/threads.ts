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
  /** The numbers of the jobs in the order in which they are taken. */
  readonly order: readonly number[];
  /** How many have been taken, in memory that all threads see. */
  readonly taken: Int32Array;
}

/** Starts a thread of the program that does nothing but `serveFolders`. */
export type StartThread = (work: SharedWork) => Worker;

/** Bytes of Go. A thread loads the parsers anew, in a quarter of a second, in which another one checks about as much. */
const worthAThread = 300_000;
/** Each thread takes some hundred megabytes. */
const mostThreads = 8;

interface Answer {
  readonly index: number;
  readonly folder: CheckedFolder;
}

/**
 * Checks all folders and answers in their order. In a long run threads help: one for each processor, or as many as `wanted` says, this one
 * included. `done` hears of each folder.
 */
export async function checkFolders(jobs: readonly FolderJob[], createChecker: () => Promise<Checker>, startThread: StartThread | undefined, wanted: number | undefined, done: (index: number) => void): Promise<readonly CheckedFolder[]> {
  // What takes longest comes first, or threads would wait for the last one.
  const order = jobs.map((_, index) => index).sort((a, b) => jobs[b]!.size - jobs[a]!.size);
  const work: SharedWork = { jobs, order, taken: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) };
  const checked: (CheckedFolder | undefined)[] = jobs.map(() => undefined);
  const threads: { readonly thread: Worker; readonly ended: Promise<unknown> }[] = [];
  const take = ({ index, folder }: Answer): void => {
    checked[index] = folder;
    done(index);
  };
  const start = (): void => {
    try {
      const thread = startThread!(work);
      thread.on('message', take);
      // What a thread that fails has left undone is done below.
      thread.on('error', () => undefined);
      threads.push({ thread, ended: new Promise((resolve) => thread.once('exit', resolve)) });
    } catch {
      // The system has no room for a thread: the run takes longer.
    }
  };
  const useful = wanted ?? Math.min(availableParallelism(), mostThreads, Math.floor(jobs.reduce((sum, { size }) => sum + size, 0) / worthAThread));
  try {
    // They load what they need while this one does.
    for (let i = 1; startThread !== undefined && i < Math.min(useful, jobs.length); i++) start();
    const checker = await createChecker();
    await takeFolders(work, checker, async (answer) => {
      take(answer);
      // What the threads have sent is heard between two folders.
      if (threads.length > 0) await setImmediate();
    });
    await Promise.all(threads.map(({ ended }) => ended));
    const out: CheckedFolder[] = [];
    for (const [index, job] of jobs.entries()) out.push(checked[index] ?? (await checkFolder(checker, job)));
    checker.dispose();
    return out;
  } finally {
    for (const { thread } of threads) void thread.terminate();
  }
}

async function takeFolders({ jobs, order, taken }: SharedWork, checker: Checker, done: (answer: Answer) => Promise<void>): Promise<void> {
  for (;;) {
    const index = order[Atomics.add(taken, 0, 1)];
    const job = index === undefined ? undefined : jobs[index];
    if (index === undefined || job === undefined) return;
    await done({ index, folder: await checkFolder(checker, job) });
  }
}

/** Whether this is a thread that `checkFolders` started, by what it was given. */
export const isSharedWork = (data: unknown): data is SharedWork => typeof data === 'object' && data !== null && 'jobs' in data && 'taken' in data;

/** The life of such a thread. */
export async function serveFolders(work: SharedWork, createProject: (host: Host) => Promise<Checker>): Promise<void> {
  const checker = await createProject(listingOnce(nodeHost));
  await takeFolders(work, checker, async (answer) => parentPort?.postMessage(answer));
  checker.dispose();
}
