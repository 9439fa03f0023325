/** What the C of a preamble declares, as an outline: in the order of the text, fields and values below their type. */
import type { Span } from '../base/span.ts';
import type { CStruct, CUnit } from '../syntax/c/c-facts.ts';
import type { CSymbolKind } from './c-symbols.ts';

export interface OutlineSymbol {
  readonly name: string;
  readonly kind: CSymbolKind | 'field' | 'value' | 'macro';
  readonly detail: string;
  readonly span: Span;
  readonly extent: Span;
  readonly children: readonly OutlineSymbol[];
}

export function outline(unit: CUnit): OutlineSymbol[] {
  const one = (name: string, kind: OutlineSymbol['kind'], detail: string, span: Span, extent: Span, children: readonly OutlineSymbol[] = []): OutlineSymbol => ({ name, kind, detail, span, extent, children });
  const found: OutlineSymbol[] = [
    ...[...unit.functions, ...unit.prototypes].map(({ name, params, result, span, extent, variadic }) => one(name, 'function', `${result.type} (${[...params.map(({ type }) => type), ...(variadic ? ['…'] : [])].join(', ')})`, span, extent)),
    ...unit.structs.filter((struct) => struct.fields !== undefined || struct.enumerators !== undefined).map((struct) => one(struct.alias ?? struct.tag ?? `(${struct.kind})`, struct.kind, struct.kind, struct.span, struct.extent, partsOf(struct))),
    ...unit.typedefs.filter(({ name }) => !unit.structs.some((struct) => struct.alias === name && (struct.fields !== undefined || struct.enumerators !== undefined))).map(({ name, type, span }) => one(name, 'type', type, span, span)),
    ...unit.macros.map(({ name, params, body, span }) => one(params ? `${name}(${params.join(', ')})` : name, 'macro', body.split('\n')[0]!.slice(0, 60), span, span)),
    ...unit.variables.map(({ name, type, span }) => one(name, 'variable', type, span, span)),
  ];
  return found.sort((a, b) => a.extent.start - b.extent.start || a.span.start - b.span.start);
}

function partsOf({ fields, enumerators, extent }: CStruct): OutlineSymbol[] {
  const values = (enumerators ?? []).map((name): OutlineSymbol => ({ name, kind: 'value', detail: '', span: extent, extent, children: [] }));
  return [...(fields ?? []).map(({ name, type, span }): OutlineSymbol => ({ name, kind: 'field', detail: type, span, extent: span, children: [] })), ...values];
}
