/** How files are called in the output: file ids become paths that a person can click or a service can resolve. */
import { relative } from 'node:path';
import type { FileId } from '../project/host.ts';

/** The path of `file` relative to the folder `base`, with forward slashes; another drive gives the whole path. */
export const displayPath = (file: FileId, base: string): string => relative(base, file).replaceAll('\\', '/') || '.';

/** Whether `file` is `folder` or lies below it. */
export const isWithin = (file: FileId, folder: FileId): boolean => file === folder || file.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

/** Orders by code units, so that the order is the same on every machine. */
export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
