/** Rule contract-mismatch: a row of the project's contracts that the body of the function contradicts. */
import { contractFacts, type ContractFact } from '../../flow/contract-checks.ts';
import { placeInC, placeInFile } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const main = go`
  package main

  /*
  #include <stdlib.h>
  static const char *version(void) { return "1.0"; }
  */
  import "C"

  func main() {
  	println(C.GoString(C.version()))
  }
`;

const row = (text: string): string => `{\n  "contracts": {\n    "version": ${text}\n  }\n}\n`;

export default defineRule({
  id: 'contract-mismatch',
  family: 'memory',
  severity: 'warning',
  confidence: 'certain',
  status: 'preview',
  since: '0.1.0',
  summary: 'Contract in .cgo-guard.json that the C body contradicts',
  fix: { offered: 'never' },
  docs: {
    why: 'A contract says what a C function does with memory where its body cannot be seen. When the body is in view it is believed, and a row that says something else has no effect: whoever wrote it counts on a rule that does not hold, or the function has changed since.',
    advice: 'Correct the row, or take it out: the body says enough.',
    limits: 'Told where the body certainly does otherwise: it frees what the row does not mention, leaves alone what the row says it takes, holds or releases, returns static memory as owned or owned memory as borrowed. Parameters with a condition (`when`) and what a body leaves open are not compared, nor are the rows that come with Cgo Guard.',
    references: [{ title: 'Clang: ownership attributes', url: 'https://clang.llvm.org/docs/analyzer/user-docs/Annotations.html' }],
  },
  examples: [
    {
      title: 'A literal is nobody’s to free',
      bad: { 'main.go': main, '.cgo-guard.json': row('{ "returns": "owned", "release": "free" }') },
      good: { 'main.go': main, '.cgo-guard.json': row('{ "returns": "static" }') },
      byFix: false,
    },
  ],
  subject: 'package',
  *check({ flow, model }) {
    const first = model.files.find((file) => file.cImport);
    for (const fact of first ? contractFacts(flow) : []) {
      const { span } = fact.fn;
      const places = placeInC(model, fact.unit, span);
      const trace = [{ place: { unit: fact.unit, span }, text: `${fact.name} is defined here` }];
      // What another folder defines is told at an import that brings it in.
      if (places.length > 0) for (const place of places) yield { ...place, message: message(fact) };
      else for (const place of placeInFile(first!, first!.cImport!.span)) yield { ...place, message: message(fact), trace };
    }
  },
});

function message({ name, what, fn }: ContractFact): string {
  const head = `The contract of ${name} in .cgo-guard.json`;
  if (what.part === 'result') return `${head} says that its result is ${what.says}, but the body returns ${owners[what.does]}. The body counts.`;
  const param = fn.params[what.index]?.name ?? `parameter ${what.index}`;
  if (what.does === 'no such parameter') return `${head} has a row for parameter ${what.index}, but the function has ${fn.params.length}, counted from 0.`;
  if (what.says === 'nothing') return `${head} says nothing of ${param}, but the body releases it. The body counts.`;
  const does = what.does === 'releases' ? 'releases it' : 'only uses it during the call';
  return `${head} says of ${param}: ${what.says}. But the body ${does}, and the body counts.`;
}

const owners = { owned: 'memory that the caller owns', borrowed: 'memory that somebody else keeps', static: 'static memory' };
