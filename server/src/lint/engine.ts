/** Runs the rules over a package and turns reports into findings of files: places, severities, fingerprints, suppressions. */
import type { FileEdit } from '../base/edit.ts';
import { shift, type Span } from '../base/span.ts';
import type { PackageFlow } from '../flow/package-flow.ts';
import type { ContractRow } from '../semantics/c/contracts.ts';
import { isTinyGo } from '../semantics/build-constraints.ts';
import type { GoFunction, PackageFile, PackageModel } from '../semantics/package-model.ts';
import type { GoFile, TopDecl } from '../syntax/go/go-file.ts';
import type { Finding, Fix, Severity, TraceStep } from './finding.ts';
import { fingerprints, type Surroundings } from './fingerprint.ts';
import type { FixFile } from './fixes/fix-file.ts';
import { Places } from './places.ts';
import type { FixPlan, Rule } from './rule.ts';
import { type PlacedReport, reportsOnFunctions, reportsOnPackage, type RuleRun } from './run-rules.ts';
import { applySuppressions, type CommentedText } from './suppression.ts';

export interface EngineOptions {
  readonly rules: readonly Rule[];
  /** The severity a user gave a rule. */
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  /** What the project file says of C functions. */
  readonly contracts: Readonly<Record<string, ContractRow>>;
  /** What fix builders need to know of a file. */
  readonly fixFile: (file: PackageFile) => FixFile;
  /** A rule threw: it ends on this subject, the rest goes on. */
  readonly onError: (rule: string, error: unknown) => void;
}

/** Findings by file, sorted by place. Every Go file of the package has an entry, and each C file of its folder in which something was found. */
export function lintPackage(model: PackageModel, flow: PackageFlow, options: EngineOptions): ReadonlyMap<string, readonly Finding[]> {
  const found = new Map<string, Finding[]>(model.files.map((file) => [file.file, []]));
  const run: RuleRun = { model, flow, places: new Places(model), rules: activeRules(options), onError: options.onError };
  const add = (reports: readonly PlacedReport[]): void => {
    for (const report of reports) {
      const severity = options.severities[report.rule.id];
      const file = report.inC ? run.places.fileOf(report.inC) : report.file.file;
      if (severity === 'off' || file === undefined) continue;
      const finding = toFinding(report, file, severity, run.places, options);
      const known = found.get(file);
      if (known) known.push(finding);
      else found.set(file, [finding]);
    }
  };
  if (isTinyGo(model.files)) return found;
  if (!model.isTest) add(reportsOnFunctions(run));
  for (const rule of run.rules) if (rule.subject === (model.isTest ? 'test' : 'package') || (!model.isTest && rule.subject === 'function' && rule.checkPackage)) add(reportsOnPackage(rule, run));
  const inC = model.cSources.flatMap(({ file, text }) => (found.has(file) ? [[file, finishC(file, text, found.get(file)!, model, options)] as const] : []));
  return new Map([...model.files.map((file) => [file.file, finish(file, found.get(file.file) ?? [], model, flow, options)] as const), ...inC]);
}

let lastActive: { readonly all: readonly Rule[]; readonly off: string; readonly active: readonly Rule[] } | undefined;

/** The rules that are on; the same list as long as the settings are. */
function activeRules({ rules, severities }: EngineOptions): readonly Rule[] {
  const off = rules.flatMap((rule) => (severities[rule.id] === 'off' ? [rule.id] : [])).join();
  if (lastActive?.all !== rules || lastActive.off !== off) lastActive = { all: rules, off, active: rules.filter((rule) => severities[rule.id] !== 'off') };
  return lastActive.active;
}

function toFinding(report: PlacedReport, at: string, configured: Severity | undefined, places: Places, options: EngineOptions): Finding {
  const { file, top, rule, inC } = report;
  const trace = report.trace.flatMap(({ place, text }): TraceStep[] => {
    const step = places.resolve(place, report);
    return step ? [{ ...step, text }] : [];
  });
  return {
    rule: rule.id,
    severity: weaker(configured ?? rule.severity, rule.severity, report.severity ?? rule.severity),
    confidence: report.confidence ?? rule.confidence,
    file: at,
    span: inC ? report.span : shift(report.span, top.start),
    message: report.message,
    trace,
    fixes: () => makeFixes(report.plans(), options.fixFile(file)),
    fingerprint: '',
  };
}

const order: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

/** A user who changes a rule's severity moves its weakened findings by as much. */
function weaker(configured: Severity, own: Severity, reported: Severity): Severity {
  const steps = order.indexOf(reported) - order.indexOf(own);
  return order[Math.max(0, Math.min(order.length - 1, order.indexOf(configured) + steps))]!;
}

function makeFixes(plans: readonly FixPlan[], file: FixFile): Fix[] {
  return plans.flatMap((plan): Fix[] => {
    const edits = plan.edits(file);
    if (edits === undefined || edits.length === 0) return [];
    const changed: FileEdit[] = [{ file: file.file, edits }];
    return [{ title: plan.title, safety: plan.safety, ...(plan.because !== undefined ? { because: plan.because } : {}), edits: changed }];
  });
}

function finish(file: PackageFile, found: readonly Finding[], model: PackageModel, flow: PackageFlow, options: EngineOptions): Finding[] {
  const { go, cImport } = file;
  const all = withSuppressions(file.file, { text: go.text, language: 'go', comments: go.addressed, ...(cImport?.preamble ? { preamble: cImport.preamble } : {}) }, found, model, options);
  return fingerprints(file.file, go.text, all, (span) => surroundings(file, span, flow));
}

/** The same of a C file, in which comments are where a comment of ours is. */
function finishC(file: string, text: string, found: readonly Finding[], model: PackageModel, options: EngineOptions): Finding[] {
  const all = withSuppressions(file, { text, language: 'c', comments: text.includes('cgoguard:') ? [{ start: 0, end: text.length }] : [] }, found, model, options);
  return fingerprints(file, text, all, () => ({ declaration: '', locals: new Set() }));
}

function withSuppressions(file: string, source: CommentedText, found: readonly Finding[], model: PackageModel, options: EngineOptions): Finding[] {
  const sorted = [...found].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end || a.rule.localeCompare(b.rule));
  const suppressed = applySuppressions(source, sorted, { known: options.rules.map((rule) => rule.id), isActive: (rule) => options.severities[rule] !== 'off', isComplete: model.complete });
  const problems = suppressed.problems.flatMap((problem): Finding[] => {
    const configured = options.severities[problem.rule];
    if (configured === 'off') return [];
    const removal = problem.removal;
    const fix: Fix[] = removal ? [{ title: 'Remove this suppression', safety: 'safe', edits: [{ file, edits: [removal] }] }] : [];
    return [{ rule: problem.rule, severity: configured ?? problem.severity, confidence: 'certain', file, span: problem.span, message: problem.message, trace: [], fixes: () => fix, fingerprint: '' }];
  });
  return [...suppressed.findings, ...problems].sort((a, b) => a.span.start - b.span.start || a.rule.localeCompare(b.rule));
}

/** The last of a list in the order of the text that begins at an offset or before it. */
function lastBefore<T>(list: readonly T[], offset: number, startOf: (one: T) => number): T | undefined {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (startOf(list[mid]!) <= offset) low = mid;
    else high = mid - 1;
  }
  return list[low];
}

/** The declaration around a span. */
function declarationAt({ decls }: GoFile, span: Span): TopDecl | undefined {
  const found = lastBefore(decls, span.start, ({ start }) => start);
  return found && found.start <= span.start && span.end <= found.end ? found : undefined;
}

function functionAt({ functions }: PackageFile, top: TopDecl): GoFunction | undefined {
  const found = lastBefore(functions, top.start, (fn) => fn.top.start);
  return found?.top === top ? found : undefined;
}

function surroundings(file: PackageFile, span: Span, flow: PackageFlow): Surroundings {
  const top = declarationAt(file.go, span);
  const decl = top?.syntax.decl;
  const fn = top && decl?.k === 'Func' ? functionAt(file, top) : undefined;
  if (fn === undefined) return { declaration: decl?.k === 'TypeDecl' ? (decl.specs[0]?.name ?? '') : '', locals: new Set() };
  const full = fn.top.syntax.full();
  const names = flow.ir(full.k === 'Func' ? { ...fn, decl: full } : fn).vars.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return { declaration: fn.recv === undefined ? fn.name : `${fn.recv}.${fn.name}`, locals: new Set(names) };
}
