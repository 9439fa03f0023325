/** The contract of a rule: it selects facts of the package that are a hazard, words them and plans the fix. It reads no syntax and does no IO. */
import type { TextEdit } from '../base/edit.ts';
import type { Span } from '../base/span.ts';
import type { Trait } from '../flow/ir.ts';
import type { Place } from '../flow/knowledge.ts';
import type { PackageFlow } from '../flow/package-flow.ts';
import type { GoFunction, PackageFile, PackageModel } from '../semantics/package-model.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';
import type { TopDecl } from '../syntax/go/go-file.ts';
import type { Confidence, Severity } from './finding.ts';
import type { FixFile } from './fixes/fix-file.ts';
import type { RuleMeta } from './rule-meta.ts';

export interface FixPlan {
  readonly title: string;
  readonly safety: 'safe' | 'unsafe';
  readonly because?: string;
  /** Undefined when the fix cannot be made right here; it is then not offered. Spans are of the file. */
  readonly edits: (file: FixFile) => readonly TextEdit[] | undefined;
}

/** One finding before it has a place in a file. */
export interface Report {
  readonly file: PackageFile;
  /** The declaration that the span is relative to. */
  readonly top: TopDecl;
  readonly span: Span;
  /** The finding stands in a C file of the folder, and `span` counts from its beginning; `file` and `top` then only say who has it built. */
  readonly inC?: CUnit;
  /** The rule's own unless something weakens it. */
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly message: string;
  readonly trace?: readonly { readonly place: Place; readonly text: string }[];
  readonly fixes?: readonly FixPlan[];
}

export interface RuleContext {
  readonly model: PackageModel;
  readonly flow: PackageFlow;
}

interface FunctionRule extends RuleMeta {
  readonly subject: 'function';
  /** What a function must have before there is anything to say of it: all of these, and of a list in it any. */
  readonly needs?: readonly (Trait | readonly Trait[])[];
  /** Called for every function whose body may matter. Of most of them there is nothing to say, which an empty list says at less cost than a generator. */
  check(fn: GoFunction, context: RuleContext): Iterable<Report>;
  /** What is said of the package beside that, once. */
  checkPackage?(context: RuleContext): Iterable<Report>;
}

interface PackageRule extends RuleMeta {
  readonly subject: 'package';
  check(context: RuleContext): Iterable<Report>;
}

/** Sees the test files that import "C", which no other rule does: they are not part of any build. */
interface TestRule extends RuleMeta {
  readonly subject: 'test';
  check(context: RuleContext): Iterable<Report>;
}

export type Rule = FunctionRule | PackageRule | TestRule;

/** Gives a rule its type. */
export const defineRule = <R extends Rule>(rule: R): R => rule;
