/**
 * Runs rules as memoised questions. What is kept of a report is plain data without a place in a file, so that it outlives edits elsewhere;
 * its fixes are planned again, from the function as it stands then, when somebody asks for them.
 */
import type { Span } from '../base/span.ts';
import type { Trait } from '../flow/ir.ts';
import type { Place } from '../flow/knowledge.ts';
import type { PackageFlow } from '../flow/package-flow.ts';
import type { GoFunction, PackageModel } from '../semantics/package-model.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';
import type { DeclSyntax, TopDecl } from '../syntax/go/go-file.ts';
import type { Confidence, Severity } from './finding.ts';
import { Places, type Standing } from './places.ts';
import { isRelevant, withBody } from './relevant.ts';
import type { FixPlan, Report, Rule, RuleContext } from './rule.ts';

export interface PlacedReport extends Standing {
  readonly rule: Rule;
  readonly span: Span;
  readonly inC?: CUnit;
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly message: string;
  readonly trace: readonly { readonly place: Place; readonly text: string }[];
  readonly plans: () => readonly FixPlan[];
}

/** A report as it is remembered. */
interface Kept {
  readonly rule: Rule;
  readonly span: Span;
  readonly inC?: CUnit;
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly message: string;
  readonly trace: readonly { readonly place: Place; readonly text: string }[];
  /** The declaration, where it is not that of the function; with its number among those of the same text. */
  readonly elsewhere?: { readonly syntax: DeclSyntax; readonly number: number };
  /** Its number among the reports of the rule on this subject. */
  readonly number: number;
  readonly hasFixes: boolean;
}

interface Answer {
  readonly kept: readonly Kept[];
  /** The reports themselves, with their fixes, as long as their subject stands where it stood. */
  fresh?: { readonly subject: object; readonly reports: readonly (readonly FixPlan[])[] };
}

export interface RuleRun {
  readonly model: PackageModel;
  readonly flow: PackageFlow;
  readonly places: Places;
  readonly rules: readonly Rule[];
  readonly onError: (rule: string, error: unknown) => void;
}

/** What the function rules report, function by function. */
export function reportsOnFunctions(run: RuleRun): PlacedReport[] {
  const { flow, onError } = run;
  const { key, onFunctions } = listed(run);
  const answers = flow.gather(
    key,
    (fn) => {
      const answer = isRelevant(fn, flow) ? flow.askOf(key, fn, (current) => withBody(current).map((whole) => collect(onFunctions, whole, flow, onError))[0] ?? none, false) : none;
      return answer.kept.length > 0 ? [{ syntax: fn.top.syntax, answer }] : [];
    },
    false,
  );
  // Functions with the same text have the same answer, and each its own place.
  return [...new Map(answers.map(({ syntax, answer }) => [syntax, answer]))].flatMap(([syntax, answer]) =>
    run.places.of(syntax).flatMap((standing) => place(answer, standing, standing.top, run, (kept) => plansFor(kept, standing, flow))),
  );
}

const none: Answer = { kept: [] };

function plansFor(kept: Kept, { file, top }: Standing, flow: PackageFlow): readonly FixPlan[] {
  const fn = file.functions.find((one) => one.top === top);
  const { rule } = kept;
  return fn && rule.subject === 'function' ? withBody(fn).flatMap((whole) => planAgain(kept, () => rule.check(whole, { model: flow.model, flow }))) : [];
}

/** What a package rule reports. */
export function reportsOnPackage(rule: Rule, run: RuleRun): PlacedReport[] {
  const { flow, onError } = run;
  const answer = flow.ask(`${listed(run).key}:${rule.id}`, () => collect([rule], undefined, flow, onError), false);
  const plans = (kept: Kept): readonly FixPlan[] => planAgain(kept, () => (rule.subject === 'function' ? (rule.checkPackage?.({ model: flow.model, flow }) ?? []) : rule.check({ model: flow.model, flow })));
  return place(answer, undefined, run.model, run, plans);
}

const lists = new WeakMap<readonly Rule[], { readonly key: string; readonly onFunctions: readonly Rule[] }>();
let count = 0;

/** Other rules are another question; a short key, as every function is asked with it. */
function listed({ rules }: RuleRun): { readonly key: string; readonly onFunctions: readonly Rule[] } {
  let list = lists.get(rules);
  if (list === undefined) lists.set(rules, (list = { key: `rules ${++count}`, onFunctions: rules.filter((rule) => rule.subject === 'function') }));
  return list;
}

function collect(rules: readonly Rule[], fn: GoFunction | undefined, flow: PackageFlow, onError: (rule: string, error: unknown) => void): Answer {
  const context: RuleContext = { model: flow.model, flow };
  const kept: Kept[] = [];
  const fresh: (readonly FixPlan[])[] = [];
  for (const rule of fn ? rulesFor(rules, flow.ir(fn).traits) : rules) {
    let number = 0;
    try {
      const reports = rule.subject !== 'function' ? rule.check(context) : fn ? rule.check(fn, context) : rule.checkPackage?.(context);
      // Mostly there are none.
      if (reports === undefined || (Array.isArray(reports) && reports.length === 0)) continue;
      for (const report of reports) {
        kept.push(keep(rule, report, number++, fn?.top));
        fresh.push(report.fixes ?? []);
      }
    } catch (error) {
      onError(rule.id, error);
    }
  }
  return kept.length === 0 ? none : { kept, fresh: { subject: fn?.top ?? flow.model, reports: fresh } };
}

const chosen = new WeakMap<readonly Rule[], Map<ReadonlySet<Trait>, readonly Rule[]>>();

/** The rules that may have something to say of a function with these traits. */
function rulesFor(rules: readonly Rule[], traits: ReadonlySet<Trait>): readonly Rule[] {
  let known = chosen.get(rules);
  if (known === undefined) chosen.set(rules, (known = new Map()));
  let some = known.get(traits);
  if (some === undefined) known.set(traits, (some = rules.filter((rule) => rule.subject !== 'function' || rule.needs === undefined || hasAll(traits, rule.needs))));
  return some;
}

const hasAll = (traits: ReadonlySet<Trait>, needs: readonly (Trait | readonly Trait[])[]): boolean =>
  needs.every((need) => (typeof need === 'string' ? traits.has(need) : need.some((one) => traits.has(one))));

function keep(rule: Rule, { file, top, span, inC, severity, confidence, message, trace, fixes }: Report, number: number, own: TopDecl | undefined): Kept {
  const same = top === own ? [] : file.go.decls.filter(({ syntax }) => syntax === top.syntax);
  return {
    rule, span, message, number,
    trace: trace ?? [],
    hasFixes: fixes !== undefined && fixes.length > 0,
    ...(inC ? { inC } : {}),
    ...(severity !== undefined ? { severity } : {}),
    ...(confidence !== undefined ? { confidence } : {}),
    ...(top === own ? {} : { elsewhere: { syntax: top.syntax, number: same.indexOf(top) } }),
  };
}

function place(answer: Answer, own: Standing | undefined, subject: object, { places }: RuleRun, plans: (kept: Kept) => readonly FixPlan[]): PlacedReport[] {
  const fresh = answer.fresh?.subject === subject ? answer.fresh.reports : undefined;
  // Fix plans hold on to the file they were made for.
  if (!fresh) delete answer.fresh;
  return answer.kept.flatMap((kept, i): PlacedReport[] => {
    const { rule, span, inC, severity, confidence, message, trace, elsewhere, hasFixes } = kept;
    const standing = elsewhere ? places.of(elsewhere.syntax)[elsewhere.number] : own;
    if (!standing) return [];
    const made = fresh?.[i];
    return [{
      ...standing,
      rule, span, message, trace,
      ...(inC ? { inC } : {}),
      ...(severity !== undefined ? { severity } : {}),
      ...(confidence !== undefined ? { confidence } : {}),
      plans: () => made ?? (hasFixes ? plans(kept) : []),
    }];
  });
}

/** The fixes of the same report, from another run of the rule. Somebody may ask after the package has changed: then there may be none. */
function planAgain(kept: Kept, check: () => Iterable<Report>): readonly FixPlan[] {
  try {
    const again = [...check()][kept.number];
    return again && again.message === kept.message && again.span.start === kept.span.start ? (again.fixes ?? []) : [];
  } catch {
    return [];
  }
}
