/** `cgo-guard check`: walks, checks, fixes and prints. The only command that reads other people's files. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderBaseline } from '../lint/baseline.ts';
import type { Severity } from '../lint/finding.ts';
import type { RuleMeta } from '../lint/rule-meta.ts';
import { ConfigFiles } from '../project/config-file.ts';
import type { FileId, Host } from '../project/host.ts';
import { listingOnce, nodeHost, toFileId } from '../project/node-host.ts';
import type { FileReport } from '../project/project.ts';
import { renderGithub } from '../report/github.ts';
import { renderJson } from '../report/json.ts';
import { atLeast, openFindings, plural, type Report, type Tool } from '../report/report.ts';
import { renderSarif } from '../report/sarif.ts';
import { renderText } from '../report/text.ts';
import { applyFixes } from './apply-fixes.ts';
import { type CheckedFolder, type Checker, type FolderJob, messageOf, outcomeOf } from './check-folder.ts';
import { Collector } from './collect.ts';
import { exitCodes, Failure, reasonOf } from './failure.ts';
import { comparison, type Comparison } from './known-findings.ts';
import { optimiseLate } from './late-optimisation.ts';
import { displayPath, isWithin } from './paths.ts';
import { startProgress } from './progress.ts';
import { wantsColor, write, type Terminal } from './terminal.ts';
import { checkFolders, type StartThread } from './threads.ts';
import { walk, type Target } from './walk.ts';

export const formats = ['text', 'json', 'sarif', 'github'] as const;
export const failLevels = ['error', 'warning', 'info', 'never'] as const;

export interface CheckOptions {
  readonly format: (typeof formats)[number];
  readonly minSeverity: Severity;
  readonly failOn: (typeof failLevels)[number];
  readonly fix?: boolean;
  readonly output?: string;
  /** File of findings that are known and do not count. */
  readonly baseline?: string;
  /** Writes such a file instead of a report. */
  readonly writeBaseline?: string;
  /** Branch, tag or commit whose findings are known. */
  readonly diff?: string;
  /** How many folders are checked at the same time; absent, the program decides. */
  readonly jobs?: number;
}

export interface CheckContext {
  readonly terminal: Terminal;
  readonly version: string;
  readonly rules: readonly RuleMeta[];
  /** Called once, and only when there is something to check: it loads the parsers. */
  readonly createProject: (host: Host) => Promise<Checker>;
  /** Absent where the program runs in one thread only. */
  readonly startThread?: StartThread;
}

/** Checks `paths` and prints the report. Returns the exit code; throws a Failure before anything was checked. */
export async function check(paths: readonly string[], options: CheckOptions, context: CheckContext): Promise<number> {
  const { terminal } = context;
  optimiseLate();
  const base = baseFolder(options.format, terminal);
  const show = (file: FileId): string => displayPath(file, base);
  const host = listingOnce(nodeHost);
  const configs = new ConfigFiles(
    host,
    context.rules.map(({ id }) => id),
  );
  const { targets, problems } = await walk(paths.length === 0 ? ['.'] : paths, terminal.cwd, configs, show);
  const compared = await comparison(options, terminal.cwd, targets, context.createProject);
  const wanted = compared === undefined ? targets : targets.filter(compared.mayDiffer);
  const report = await run(wanted, problems, options, context, host, configs, show, compared);

  const tool: Tool = { version: context.version, rules: context.rules };
  const color = options.output === undefined && wantsColor(terminal.stdout, terminal.env);
  if (options.writeBaseline !== undefined) await writeBaseline(report, options.writeBaseline, terminal);
  else {
    const text = render(report, tool, options.format, base, color);
    if (options.output === undefined) await write(terminal.stdout, text);
    else save(resolve(terminal.cwd, options.output), options.output, text);
  }

  if (report.problems.length > 0) {
    const [first, ...others] = report.problems;
    await write(terminal.stderr, `cgo-guard: ${first}${others.length === 0 ? '' : ` (and ${others.length} more)`}\n`);
    return exitCodes.failure;
  }
  const { failOn } = options;
  if (options.writeBaseline !== undefined) return exitCodes.clean;
  return failOn !== 'never' && openFindings(report).some(({ severity }) => atLeast(severity, failOn)) ? exitCodes.findings : exitCodes.clean;
}

/** Annotations are matched against the repository, whose root Actions tell; everything else starts where the person stands. */
function baseFolder(format: CheckOptions['format'], { cwd, env }: Terminal): string {
  const workspace = env['GITHUB_WORKSPACE'];
  const isBelow = workspace !== undefined && workspace !== '' && isWithin(toFileId(cwd), toFileId(workspace));
  return format === 'github' && isBelow ? workspace : cwd;
}

async function run(
  targets: readonly Target[],
  problems: readonly string[],
  options: CheckOptions,
  context: CheckContext,
  host: Host,
  configs: ConfigFiles,
  show: (file: FileId) => string,
  compared: Comparison | undefined,
): Promise<Report> {
  if (targets.length === 0) return { findings: [], sources: new Map(), checked: 0, problems, compared: compared !== undefined, ...(options.fix === true ? { fixed: { findings: 0, files: 0 } } : {}) };
  const createChecker = (): Promise<Checker> => context.createProject(host);
  const collector = new Collector(show, compared);
  const progress = startProgress(context.terminal.stderr);
  const isAsked = (target: Target, file: FileId): boolean => (target.only === undefined ? !configs.excludes(target.config, file, target.asked) : target.only.has(file));
  const jobs = targets.map(({ directory, config, size }): FolderJob => ({ directory, size, rules: config.kind === 'bad' ? {} : config.config.rules, minSeverity: options.minSeverity }));
  const trouble = [...problems];
  const fail = (target: Target, message: string): void => void trouble.push(`internal error in ${show(target.directory)}: ${message}`);
  const fixed = { findings: 0, files: 0 };
  try {
    if (options.fix === true) {
      const checker = await createChecker();
      for (const [i, target] of targets.entries()) {
        progress.report(i, targets.length, show(target.directory));
        await fixOne(checker, target, jobs[i]!);
      }
      checker.dispose();
    } else {
      let count = 0;
      const done = (i: number): void => progress.report(++count, targets.length, show(targets[i]!.directory));
      const checked = await checkFolders(jobs, createChecker, context.startThread, options.jobs, done);
      for (const [i, target] of targets.entries()) add(target, checked[i]!);
    }
  } finally {
    progress.stop();
  }
  return collector.finish(trouble, options.fix === true ? fixed : undefined);

  function add(target: Target, folder: CheckedFolder): void {
    for (const fault of folder.faults) fail(target, fault);
    collector.add(folder, (file) => isAsked(target, file));
  }

  /** One folder after the other: what is written in one may be read in the next. */
  async function fixOne(checker: Checker, target: Target, { rules, minSeverity }: FolderJob): Promise<void> {
    checker.onError = (rule, error) => fail(target, `rule ${rule}: ${messageOf(error)}`);
    checker.settings = { rules };
    const chosen = (reports: readonly FileReport[]): readonly FileReport[] =>
      reports.filter(({ file }) => isAsked(target, file)).map((report) => ({ ...report, findings: report.findings.filter(({ severity }) => atLeast(severity, minSeverity)) }));
    try {
      const result = await applyFixes(checker, target.directory, (reports) => unknown(chosen(reports), compared), show);
      fixed.findings += result.findings;
      fixed.files += result.files.size;
      trouble.push(...result.problems);
      add(target, { ...(await outcomeOf(checker, result.reports, minSeverity)), faults: [] });
    } catch (error) {
      fail(target, messageOf(error));
    }
  }
}

/** What is known already is not what a run with --fix was asked to mend. */
function unknown(reports: readonly FileReport[], compared: Comparison | undefined): readonly FileReport[] {
  const known = compared?.known.copy();
  return known === undefined ? reports : reports.map((report) => ({ ...report, findings: report.findings.filter((finding) => !known.take(finding)) }));
}

/** A baseline takes what somebody would have to look at: what a comment suppresses is accepted already. */
async function writeBaseline(report: Report, file: string, { stdout, cwd }: Terminal): Promise<void> {
  const open = openFindings(report);
  const entries = open.map((finding) => ({ fingerprint: finding.fingerprint, rule: finding.rule, file: report.sources.get(finding.file)?.path ?? finding.file, message: finding.message }));
  save(resolve(cwd, file), file, renderBaseline(entries));
  await write(stdout, `Wrote ${plural(open.length, 'finding')} to ${file}\n`);
}

function render(report: Report, tool: Tool, format: CheckOptions['format'], base: string, color: boolean): string {
  switch (format) {
    case 'text':
      return renderText(report, tool, color);
    case 'json':
      return renderJson(report, tool);
    case 'sarif':
      return renderSarif(report, tool, pathToFileURL(base.endsWith('/') ? base : `${base}/`).href);
    case 'github':
      return renderGithub(report);
  }
}

function save(path: string, shown: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new Failure(`cannot write ${shown}: ${reasonOf(error)}`);
  }
}
