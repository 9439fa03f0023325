/** The command line itself: names, options and help of every command, and how failures are told. The work is done elsewhere. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { severities } from '../lint/finding.ts';
import { check, failLevels, formats, type CheckContext, type CheckOptions } from './check.ts';
import { explain, findRule } from './explain.ts';
import { exitCodes, Failure } from './failure.ts';
import { rulesJson, rulesTable } from './list-rules.ts';
import { wantsColor, write } from './terminal.ts';

export interface CliContext extends CheckContext {
  /** Serves the Language Server Protocol on standard input and output. */
  readonly startLsp: () => Promise<void>;
}

/** Runs one command line, `args` without node and script. Returns the exit code and never throws. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  const run: Run = { code: exitCodes.clean, printed: [] };
  try {
    if (args.length === 0) throw new Failure(`no command given; 'cgo-guard --help' shows them`);
    await program(context, run)
      .parseAsync([...args], { from: 'user' })
      .catch((error: unknown) => {
        // Commander ends a run that only prints help or the version with an error, too.
        if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
      });
    await write(context.terminal.stdout, run.printed.join(''));
    return run.code;
  } catch (error) {
    // When not even this can be written the exit code has to say it alone.
    await write(context.terminal.stderr, `cgo-guard: ${problemOf(error, args)}\n`).catch(() => {});
    return exitCodes.failure;
  }
}

interface Run {
  code: number;
  /** Help and version, which commander prints before it ends the run. */
  readonly printed: string[];
}

function program(context: CliContext, run: Run): Command {
  const { terminal, rules } = context;
  const cli = new Command('cgo-guard')
    .description('Finds the hazards of the Go/C border: leaks, use after free, missing KeepAlive, panics in callbacks and more.')
    .version(context.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({ writeOut: (text) => run.printed.push(text), writeErr: () => {}, outputError: () => {} });

  cli
    .command('check')
    .description('check files and folders, with everything below them')
    .argument('[path...]', 'files or folders (default: the working directory)')
    .addOption(new Option('--format <format>', 'how the findings are printed').choices(formats).default('text'))
    .addOption(new Option('--min-severity <severity>', 'leave out what is less grave').choices(severities).default('info'))
    .addOption(new Option('--fail-on <severity>', 'exit with 1 for a finding this grave or graver').choices(failLevels).default('warning'))
    .option('--fix', 'apply the safe fixes to the files')
    .option('-o, --output <file>', 'write the report to a file')
    .option('--baseline <file>', 'leave out the findings that the file holds')
    .addOption(new Option('--write-baseline <file>', 'write the findings there are to a file for --baseline, instead of a report').conflicts(['baseline', 'diff', 'fix', 'output']))
    .option('--diff <base>', 'leave out the findings that the code had where it left this git branch or commit')
    .addOption(new Option('-j, --jobs <count>', 'how many folders are checked at the same time (default: as many as there are processors)').argParser(positive))
    .addHelpText('after', '\nExit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong use, unreadable path or bad config.')
    .action(async (paths: string[], options: CheckOptions) => {
      run.code = await check(paths, options, context);
    });

  cli
    .command('explain')
    .description('explain a rule: why, what to do, what it cannot see')
    .argument('<rule>', 'id of the rule')
    .action(async (id: string) => {
      await write(terminal.stdout, explain(findRule(rules, id), wantsColor(terminal.stdout, terminal.env)));
    });

  cli
    .command('rules')
    .description('list all rules')
    .addOption(new Option('--format <format>', 'how the rules are printed').choices(['text', 'json']).default('text'))
    .action(async ({ format }: { format: 'text' | 'json' }) => {
      await write(terminal.stdout, format === 'json' ? rulesJson(rules) : rulesTable(rules, wantsColor(terminal.stdout, terminal.env)));
    });

  cli
    .command('lsp')
    .description('serve an editor over the Language Server Protocol')
    .option('--stdio', 'talk over standard input and output (the only way there is)')
    // Editors add options of their own, such as --clientProcessId.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => context.startLsp());

  return cli;
}

function positive(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be a number above 0.');
  return count;
}

/** What went wrong: one line for what the person can put right, the whole stack for a fault of the program. */
function problemOf(error: unknown, args: readonly string[]): string {
  if (error instanceof CommanderError) return usageProblem(error.message, args);
  if (error instanceof Failure) return error.message;
  return `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Commander's complaint as one line, in the form of all others. */
function usageProblem(message: string, args: readonly string[]): string {
  const line = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  const [first] = args;
  const isPath = line.startsWith('unknown command') && first !== undefined && /[./\\]/.test(first);
  return isPath ? `unknown command '${first}'; did you mean 'cgo-guard check ${first}'?` : line;
}
