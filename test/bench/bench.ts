/** Measures the budgets that Cgo Guard promises and prints them beside what was measured. Timings depend on the machine: none fails. */
import { join, resolve } from 'node:path';
import { measureCli } from './cli-ratio.ts';
import { measureServerStart } from './server-start.ts';
import type { Measurement } from './stats.ts';
import { measureTyping } from './typing.ts';

async function main(args: readonly string[]): Promise<void> {
  const root = process.env['CGO_GUARD_ROOT'] ?? process.cwd();
  const corpus = args.find((arg) => !arg.startsWith('--'));
  const all = [...(await measureServerStart(join(root, 'dist/server.js'))), ...(await measureTyping()), ...(await measureCli(root, corpus && resolve(corpus)))];
  process.stdout.write(args.includes('--json') ? `${JSON.stringify(all, null, 2)}\n` : table(all));
}

function table(all: readonly Measurement[]): string {
  const show = (value: number, unit: string): string => `${value.toFixed(unit === 'ms' && value >= 100 ? 0 : 2)} ${unit}`;
  const rows = [
    ['', 'measured', 'budget', '', ''],
    ...all.map(({ name, value, unit, budget, detail }) => {
      const verdict = budget === undefined ? '' : value <= budget ? 'within' : 'OVER';
      return [name, show(value, unit), budget === undefined ? '' : show(budget, unit), verdict, detail];
    }),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, column) => (column === 1 || column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column] ?? 0)));
    return `${cells.join('  ').trimEnd()}\n`;
  };
  return rows.map(line).join('');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
