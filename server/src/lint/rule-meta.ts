/** What a rule declares about itself. Hover, docs page, `explain`, SARIF help and the README table are generated from this and nothing else. */
import type { Confidence, Severity } from './finding.ts';

export const families = ['memory', 'pointer', 'layout', 'callback', 'runtime', 'build'] as const;
export type Family = (typeof families)[number];

/** Analysers of go vet that look at this border. Source: golang.org/x/tools/go/analysis/passes. */
export const vetAnalysers = ['cgocall', 'unsafeptr'] as const;
export type VetAnalyser = (typeof vetAnalysers)[number];

/** A whole package: file name to text. */
export type PackageText = Readonly<Record<string, string>>;

export interface Example {
  readonly title: string;
  /** Yields exactly one finding, of this rule. */
  readonly bad: PackageText;
  /** Yields none of any rule; where the rule has a fix for `bad`, its first fix gives this byte for byte. */
  readonly good: PackageText;
  /** False when `good` is written by a person, not by the quick fix. */
  readonly byFix: boolean;
  /** How the Go toolchain itself shows that `bad` goes wrong; `good` passes the same. `npm run test:witness` runs it. */
  readonly witness?: Witness;
}

/** What the Go toolchain does with a bad example. Each text is a part of what it prints. */
export type Witness =
  /** `go build` refuses the package, in the compiler or the linker; in a test file `go vet` does. The page quotes the text. */
  | { readonly by: 'build'; readonly env?: Readonly<Record<string, string>>; readonly error: string }
  /**
   * `go run` with these flags (`-asan`, `-gcflags=all=-d=checkptr`, `-race`) and variables (`GODEBUG=cgocheck=1`) fails and prints `output`.
   * `driver` is one more Go file beside `bad` and beside `good`, whose init calls them so that the hazard shows (`witness-drivers.ts`).
   */
  | { readonly by: 'run'; readonly flags?: readonly string[]; readonly env?: Readonly<Record<string, string>>; readonly driver?: string; readonly output: string };

export interface RuleDocs {
  /** Why it is a hazard: the mechanism, in the field's terms. Markdown. */
  readonly why: string;
  /** What to do. Markdown. */
  readonly advice: string;
  /** What the rule cannot see, and what it stays silent about. Markdown. */
  readonly limits: string;
  /** Primary sources. */
  readonly references: readonly { readonly title: string; readonly url: string }[];
}

export type FixPolicy =
  | { readonly offered: 'never' }
  | { readonly offered: 'sometimes' | 'always'; readonly safety: 'safe' }
  | { readonly offered: 'sometimes' | 'always'; readonly safety: 'unsafe' | 'either'; readonly because: string };

export interface RuleMeta {
  /** Rule id = file name = fixture folder = docs page = diagnostic code = suppression word. */
  readonly id: string;
  readonly family: Family;
  /** Severity of a finding that nothing weakens. */
  readonly severity: Severity;
  /** The rule runs only where somebody gives it a severity: what it says is right, but not what most want to read. */
  readonly offByDefault?: true;
  readonly confidence: Confidence;
  readonly status: 'preview' | 'stable' | 'deprecated';
  /** Version of Cgo Guard that brought the rule. */
  readonly since: string;
  /** One sentence without a full stop, for tables: "C.CString result that is never freed". */
  readonly summary: string;
  readonly fix: FixPolicy;
  /** The analyser of go vet, and so of gopls, that reports a part of what this rule does. */
  readonly vet?: VetAnalyser;
  readonly docs: RuleDocs;
  readonly examples: readonly Example[];
}

/** The severity that a rule has without any settings. */
export const defaultSeverity = (rule: RuleMeta): Severity | 'off' => (rule.offByDefault ? 'off' : rule.severity);

/** Where every rule page lives; the one place that knows. Pages are server/docs/rules/<id>.md in the repository. */
export const pageUrl = (id: string): string => `https://github.com/cgo-guard/cgo-guard/blob/main/server/docs/rules/${id}.md`;

/** Removes the indentation that a Go example carries inside a TypeScript file and the first newline; values go in as they are. */
export function go(strings: TemplateStringsArray, ...values: readonly unknown[]): string {
  const indent = /^\n*( *)/.exec(strings.raw[0] ?? '')?.[1] ?? '';
  // The last line holds the closing backquote, which stands further to the left.
  const dedent = (raw: string): string => raw.replaceAll(`\n${indent}`, '\n').replace(/\n +$/, '\n');
  return String.raw({ raw: strings.raw.map(dedent) }, ...values).replace(/^\n/, '');
}
