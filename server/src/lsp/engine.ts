/** What the language server asks of the project: a narrow view, so that a test can stand in for it. */
import type { Project } from '../project/project.ts';

export type Engine = Pick<
  Project,
  | 'settings'
  | 'onError'
  | 'openDocument'
  | 'changeDocument'
  | 'closeDocument'
  | 'fileChanged'
  | 'diskChanged'
  | 'text'
  | 'checkFile'
  | 'reading'
  | 'nameAt'
  | 'cName'
  | 'cNames'
  | 'cNameAt'
  | 'cFields'
  | 'cReferences'
  | 'functionAt'
  | 'functionOf'
  | 'calls'
  | 'preamble'
  | 'preambleTokens'
  | 'ignoreEdit'
  | 'dispose'
>;
