/** Starts the engine inside a test, over any host. */
import type { Host } from '../../server/src/project/host.ts';
import { readContracts } from '../../server/src/project/node-contracts.ts';
import { readWasm } from '../../server/src/project/node-wasm.ts';
import { Project } from '../../server/src/project/project.ts';

/** A project over `host`, with the grammars of the installed packages. The caller disposes of it. */
export const createProject = (host: Host): Promise<Project> => Project.create(host, readWasm(), readContracts());
