/** Runs the rules over a package and turns reports into findings of files: places, severities, fingerprints, suppressions. */
import type { FileEdit } from '../base/edit.ts';
import { shift, type Span } from '../base/span.ts';
import type { Place } from '../flow/knowledge.ts';
import { finalizedFields } from '../flow/finalized-fields.ts';
import type { PackageFlow } from '../flow/package-flow.ts';
import type { GoFunction, PackageFile, PackageModel } from '../semantics/package-model.ts';
import type { Finding, Fix, Severity, TraceStep } from './finding.ts';
import { fingerprints, type Surroundings } from './fingerprint.ts';
import type { FixFile } from './fixes/fix-file.ts';
import type { Report, Rule, RuleContext } from './rule.ts';
import { applySuppressions } from './suppression.ts';

export interface EngineOptions {
  readonly rules: readonly Rule[];
  /** The severity a user gave a rule. */
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  /** What fix builders need to know of a file. */
  readonly fixFile: (file: PackageFile) => FixFile;
  /** A rule threw: it ends on this subject, the rest goes on. */
  readonly onError: (rule: string, error: unknown) => void;
}

/** The functions whose bodies rules look at: those that touch the border, and those that call a helper which hands out C memory. */
export function relevantFunctions(model: PackageModel, flow: PackageFlow): GoFunction[] {
  const all = model.files.flatMap((file) => file.functions);
  const direct = all.filter((fn) => fn.decl.body !== undefined);
  const fields = new Set([...finalizedFields(flow).values()].flatMap((paths) => [...paths.keys()].map((path) => path.slice(path.lastIndexOf('.') + 1))));
  const owners = new Set(direct.filter((fn) => flow.resources(fn).returned.some(({ path }) => path === '')).map((fn) => fn.name));
  if (owners.size === 0 && fields.size === 0) return direct;
  // Names only choose what is looked at: a call of a helper that hands out memory, a load of a field that a finalizer releases.
  const patterns = [owners.size > 0 ? `\\b(?:${[...owners].join('|')})\\s*\\(` : undefined, fields.size > 0 ? `\\.(?:${[...fields].join('|')})\\b` : undefined];
  const mentions = new RegExp(patterns.filter((pattern) => pattern !== undefined).join('|'));
  return all.flatMap((fn) => {
    if (fn.decl.body) return [fn];
    const full = mentions.test(fn.top.syntax.text) ? fn.top.syntax.full() : undefined;
    return full?.k === 'Func' && full.body ? [{ ...fn, decl: full }] : [];
  });
}

/** Findings by file, sorted by place. Every file of the package has an entry. */
export function lintPackage(model: PackageModel, flow: PackageFlow, options: EngineOptions): ReadonlyMap<string, readonly Finding[]> {
  const context: RuleContext = { model, flow };
  const found = new Map<string, Finding[]>(model.files.map((file) => [file.file, []]));
  const places = new Places(model);
  const functions = relevantFunctions(model, flow);
  for (const rule of options.rules) {
    const severity = options.severities[rule.id];
    if (severity === 'off') continue;
    const collect = (check: () => Iterable<Report>): void => {
      try {
        for (const report of check()) found.get(report.file.file)?.push(toFinding(rule, report, severity, places, options));
      } catch (error) {
        options.onError(rule.id, error);
      }
    };
    if (rule.subject === 'package') collect(() => rule.check(context));
    else for (const fn of functions) collect(() => rule.check(fn, context));
  }
  return new Map(model.files.map((file) => [file.file, finish(file, found.get(file.file) ?? [], model, flow, options)]));
}

function toFinding(rule: Rule, report: Report, configured: Severity | undefined, places: Places, options: EngineOptions): Finding {
  const { file, top } = report;
  const trace = (report.trace ?? []).flatMap(({ place, text }): TraceStep[] => {
    const at = places.resolve(place, file, top.start);
    return at ? [{ ...at, text }] : [];
  });
  return {
    rule: rule.id,
    severity: weaker(configured ?? rule.severity, rule.severity, report.severity ?? rule.severity),
    confidence: report.confidence ?? rule.confidence,
    file: file.file,
    span: shift(report.span, top.start),
    message: report.message,
    trace,
    fixes: () => makeFixes(report, options.fixFile(file)),
    fingerprint: '',
  };
}

const order: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

/** A user who changes a rule's severity moves its weakened findings by as much. */
function weaker(configured: Severity, own: Severity, reported: Severity): Severity {
  const steps = order.indexOf(reported) - order.indexOf(own);
  return order[Math.max(0, Math.min(order.length - 1, order.indexOf(configured) + steps))]!;
}

function makeFixes(report: Report, file: FixFile): Fix[] {
  return (report.fixes ?? []).flatMap((plan): Fix[] => {
    const edits = plan.edits(file);
    if (edits === undefined || edits.length === 0) return [];
    const changed: FileEdit[] = [{ file: file.file, edits }];
    return [{ title: plan.title, safety: plan.safety, ...(plan.because !== undefined ? { because: plan.because } : {}), edits: changed }];
  });
}

function finish(file: PackageFile, found: readonly Finding[], model: PackageModel, flow: PackageFlow, options: EngineOptions): Finding[] {
  const sorted = [...found].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end || a.rule.localeCompare(b.rule));
  const { go, cImport } = file;
  const suppressed = applySuppressions(
    { text: go.text, language: 'go', comments: go.comments.filter((span) => go.text.slice(span.start, span.end).includes('cgoguard:')), ...(cImport?.preamble ? { preamble: cImport.preamble } : {}) },
    sorted,
    { known: options.rules.map((rule) => rule.id), isActive: (rule) => options.severities[rule] !== 'off', isComplete: model.complete },
  );
  const problems = suppressed.problems.flatMap((problem): Finding[] => {
    const configured = options.severities[problem.rule];
    if (configured === 'off') return [];
    const removal = problem.removal;
    const fix: Fix[] = removal ? [{ title: 'Remove this suppression', safety: 'safe', edits: [{ file: file.file, edits: [removal] }] }] : [];
    return [{ rule: problem.rule, severity: configured ?? problem.severity, confidence: 'certain', file: file.file, span: problem.span, message: problem.message, trace: [], fixes: () => fix, fingerprint: '' }];
  });
  const all = [...suppressed.findings, ...problems].sort((a, b) => a.span.start - b.span.start || a.rule.localeCompare(b.rule));
  return fingerprints(file.file, go.text, all, (span) => surroundings(file, span, flow));
}

function surroundings(file: PackageFile, span: Span, flow: PackageFlow): Surroundings {
  const top = file.go.decls.find((decl) => decl.start <= span.start && span.end <= decl.end);
  const decl = top?.syntax.decl;
  const fn = decl?.k === 'Func' ? file.functions.find((fn) => fn.top === top) : undefined;
  if (fn === undefined) return { declaration: decl?.k === 'TypeDecl' ? (decl.specs[0]?.name ?? '') : '', locals: new Set() };
  const full = fn.top.syntax.full();
  const names = flow.ir(full.k === 'Func' ? { ...fn, decl: full } : fn).vars.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return { declaration: fn.recv === undefined ? fn.name : `${fn.recv}.${fn.name}`, locals: new Set(names) };
}

/** Finds where the declarations and C units that facts name stand now. */
class Places {
  readonly #where = new Map<object, { readonly file: string; readonly at: number }>();

  constructor(model: PackageModel) {
    for (const file of model.files) {
      for (const top of file.go.decls) this.#where.set(top.syntax, { file: file.file, at: top.start });
      if (file.preambleUnit) this.#where.set(file.preambleUnit, { file: file.file, at: 0 });
    }
    for (const { file, unit } of model.cSources) this.#where.set(unit, { file, at: 0 });
  }

  resolve(place: Place, file: PackageFile, start: number): { file: string; span: Span } | undefined {
    const own = file.go.decls.find((top) => top.start === start);
    if (own?.syntax === place.unit) return { file: file.file, span: shift(place.span, start) };
    const found = this.#where.get(place.unit);
    return found && { file: found.file, span: shift(place.span, found.at) };
  }
}
