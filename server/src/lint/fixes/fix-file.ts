/**
 * What a fix builder is given: a file and a function as plain data. Every span that goes into or comes out of a builder is one of
 * the file's text; only the syntax inside a FixFunction counts from `at`. Nothing here knows rules or findings.
 */
import type { Span } from '../../base/span.ts';
import type { FuncDecl } from '../../syntax/go/ast.ts';

export interface FixImport {
  readonly path: string;
  /** An explicit name, also `.` or `_`. */
  readonly name?: string;
  /** The spec: name and path. */
  readonly span: Span;
  /** The whole import declaration, from `import` to the closing parenthesis where there is one. */
  readonly decl: Span;
  /** Whether the declaration has parentheses. */
  readonly grouped: boolean;
}

export interface FixPreamble {
  /** The comment group attached to `import "C"`. */
  readonly comment: Span;
  readonly form: 'block' | 'lines';
  readonly importC: Span;
}

export interface FixFile {
  readonly file: string;
  readonly text: string;
  /** In the order of the text. */
  readonly imports: readonly FixImport[];
  readonly preamble?: FixPreamble;
  readonly packageClause: Span;
  /** Absent when no go.mod and no build constraint tells it: builders then choose what compiles everywhere. */
  readonly goVersion?: { readonly major: 1; readonly minor: number };
  /** Names declared at package level in any file of the package: a new import must not collide with them. */
  readonly packageNames?: ReadonlySet<string>;
}

/** A function declaration and where it begins in the file. */
export interface FixFunction {
  readonly decl: FuncDecl;
  readonly at: number;
}

/** Whether the file may use what came with Go 1.`minor`; unknown versions may not. */
export const since = (file: FixFile, minor: number): boolean => (file.goVersion?.minor ?? 0) >= minor;
