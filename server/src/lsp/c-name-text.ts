/** What a hover says about a C name: its declaration, and who owns what, from its body in view or from the contract of its library. */
import type { CNameFacts } from '../semantics/c-symbols.ts';
import type { CSummary } from '../semantics/c/c-summary.ts';
import type { StructFields } from '../semantics/struct-fields.ts';
import type { Contract, ContractParam } from '../semantics/c/contracts.ts';

/** Markdown. */
export function cNameText(name: string, { symbol, summary, callsBack, contract, struct }: CNameFacts): string {
  const facts = summary ? summaryFacts(summary, callsBack) : contract ? contractFacts(contract) : [];
  const parts = [
    symbol ? `\`\`\`c\n${symbol.declaration}\n\`\`\`` : `\`\`\`go\nC.${name}\n\`\`\``,
    symbol?.doc ?? '',
    struct ? layoutText(struct) : '',
    facts.map((fact) => `- ${fact}`).join('\n'),
    summary ? 'Read from its body.' : contract ? origin(contract) : '',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** More fields than this are not listed. */
const mostFields = 40;

/** Where the fields lie, with the padding between them; nothing where that is not known. */
function layoutText({ fields, layout, padding = 0 }: StructFields): string {
  const bits = fields.some((field) => field.bits) ? 'Cgo leaves bit fields out.' : '';
  if (!layout || fields.some(({ offset }) => offset === undefined)) return bits;
  const rows = fields.flatMap((field) => [...(field.padding ? [`| *padding* | ${field.offset! - field.padding} | ${field.padding} |`] : []), `| \`${field.name}\` | ${field.offset} | ${field.size} |`]);
  if (padding > 0) rows.push(`| *padding* | ${layout.size - padding} | ${padding} |`);
  const shown = rows.length > mostFields ? [...rows.slice(0, mostFields), '| … | | |'] : rows;
  return [`| field | offset | size |\n|---|--:|--:|\n${shown.join('\n')}`, `${layout.size} bytes, aligned to ${layout.align}, on 64-bit platforms. ${bits}`.trim()].join('\n\n');
}

function summaryFacts({ params, result, noReturn }: CSummary, callsBack: readonly string[]): string[] {
  const facts: string[] = [];
  if (result.owner === 'owned') facts.push(`**You own the result**${result.deallocator === undefined ? '' : `: release it with \`C.${result.deallocator}\``}${result.mayBeNull ? '. It may be nil' : ''}.`);
  if (result.owner === 'borrowed') facts.push('The result is borrowed: it belongs to an argument or to something that keeps it. Do not free it.');
  if (result.owner === 'static') facts.push('The result is static memory: do not free it.');
  params.forEach((param, i) => {
    const which = ordinal(i);
    if (param.effect === 'releases') facts.push(`${which} is **released**: do not use it afterwards.`);
    if (param.effect === 'may-release') facts.push(`${which} is released on some paths.`);
    if (param.effect === 'retains') facts.push(`${which} is **kept** beyond the call: no Go pointer without a Pinner, no memory that you free.`);
    if (param.storedOwned) facts.push(`Through ${lower(which)} you get memory that you own${param.storedDeallocator === undefined ? '' : `: release it with \`C.${param.storedDeallocator}\``}.`);
  });
  if (noReturn) facts.push('It does not return.');
  for (const name of callsBack) facts.push(`It calls back into Go: \`${name}\`.`);
  return facts;
}

function contractFacts(contract: Contract): string[] {
  const { returns, release, nullable } = contract;
  const facts: string[] = [];
  if (returns === 'owned') facts.push(`**You own the result**${release === undefined ? '' : `: release it with \`C.${release}\``}${nullable === true ? '. It may be nil' : ''}.`);
  if (returns === 'borrowed') facts.push('The result is borrowed, or is an argument: do not free it.');
  if (returns === 'static') facts.push('The result is static memory: do not free it.');
  if (returns === 'thread-local') facts.push('The result belongs to the thread of the operating system: copy it before the goroutine may move.');
  for (const param of contract.params ?? []) facts.push(paramFact(param));
  if (contract.blocks) facts.push('It may block its thread.');
  if (contract.threadAffine || contract.mainThread) facts.push(`It belongs to ${contract.mainThread ? 'the main thread' : 'one thread'}: use \`runtime.LockOSThread\`.`);
  if (contract.errorInThreadLocal) facts.push('Details of an error are kept per thread: ask for them on the same one.');
  if (contract.errnoOnlyOnFailure) facts.push('`errno` means something only when the result says failure.');
  if (contract.variadic) facts.push('It is variadic: Go cannot call it, a C wrapper can.');
  if (contract.notThreadSafe) facts.push('It is not safe to be called from several threads at once.');
  if (contract.noReturn) facts.push('It does not return.');
  if (contract.note !== undefined) facts.push(`${contract.note[0]?.toUpperCase()}${contract.note.slice(1)}.`);
  return facts;
}

function paramFact({ index, effect, release, on, when, until }: ContractParam): string {
  const which = ordinal(index);
  const condition = when ?? (on === 'failure' ? 'the call failed' : on === 'success' ? 'the call went well' : undefined);
  const where = condition === undefined ? '' : `, when ${condition}`;
  const long = until === undefined ? '' : ` (until ${until})`;
  switch (effect) {
    case 'takes':
      return `${which} becomes the callee's${where}: do not free it.`;
    case 'holds':
      return `${which} is **kept** beyond the call${long}${where}: no Go pointer without a Pinner, no memory that you free before.`;
    case 'releases':
      return `${which} is **released**${where}: do not use it afterwards.`;
    case 'out-owned':
      return `Through ${lower(which)} you get memory that you own${where}${release === undefined ? '' : `: release it with \`C.${release}\``}.`;
    case 'out-borrowed':
      return `Through ${lower(which)} you get memory that you do not own${long}${where}.`;
    case 'userdata-held':
      return `${which} is kept for callbacks${long}${where}: pass a \`cgo.Handle\`, never a Go pointer.`;
    case 'callback-held':
      return `${which} is a function that is called later${long}${where}.`;
    case 'copies':
      return `${which} is copied${where}: you may free it at once.`;
  }
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'];

const ordinal = (index: number): string => (ordinals[index] === undefined ? `Argument ${index + 1}` : `The ${ordinals[index]} argument`);

const lower = (text: string): string => `${text[0]?.toLowerCase()}${text.slice(1)}`;

function origin({ library, trusted, source }: Contract): string {
  const doubt = trusted ? '' : ' (a lead, not compared with its source)';
  return library.headers.length === 0 ? 'From `.cgo-guard.json`.' : `${library.title}: ${source}${doubt}`;
}
