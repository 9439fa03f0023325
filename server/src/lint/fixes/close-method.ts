/** Generates the Close method of a type that owns C memory. */
import type { TextEdit } from '../../base/edit.ts';
import { span } from '../../base/span.ts';
import type { Span } from '../../base/span.ts';
import type { FixFile } from './fix-file.ts';
import { endsLine, eolOf, lineEnd } from './go-text.ts';
import { merge } from './merge.ts';
import { releaseCall } from './release.ts';
import type { Release } from './release.ts';

export interface Owner {
  readonly type: string;
  readonly typeParams?: readonly string[];
  /** The whole type declaration, a group included. */
  readonly declaration: Span;
  /** The receiver's name in other methods of the type. */
  readonly receiver?: string;
  readonly field: string;
  /** What the field holds when it holds nothing: `0` for a uintptr, `nil` if absent. */
  readonly empty?: 'nil' | '0';
  /** Methods and fields that the type has. */
  readonly members: ReadonlySet<string>;
}

/** A method that releases the field once and clears it, below the type; undefined when the type has a member of that name. */
export function closeMethod(file: FixFile, owner: Owner, release: Release): TextEdit[] | undefined {
  const { text } = file;
  const { type, typeParams = [], declaration, field, empty = 'nil', members } = owner;
  const name = owner.receiver && owner.receiver !== '_' ? owner.receiver : type[0]!.toLowerCase();
  if (members.has('Close') || !endsLine(text, declaration.end)) return undefined;
  const value = `${name}.${field}`;
  const call = releaseCall(file, value, release, new Set([name]));
  if (!call) return undefined;
  const eol = eolOf(text);
  const at = lineEnd(text, declaration.end);
  const receiver = typeParams.length > 0 ? `${type}[${typeParams.join(', ')}]` : type;
  const lines = [
    '',
    '',
    `// Close releases the C memory that ${name} owns. Only the first call does something.`,
    `func (${name} *${receiver}) Close() error {`,
    `\tif ${value} != ${empty} {`,
    `\t\t${call.text}`,
    `\t\t${value} = ${empty}`,
    '\t}',
    '\treturn nil',
    '}',
  ];
  const isTight = /^\r?\n[ \t]*\S/.test(text.slice(at));
  return merge(text, [{ span: span(at, at), newText: lines.join(eol) + (isTight ? eol : '') }], call.edits);
}
