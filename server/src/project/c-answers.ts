/** What the editor asks about C: names, fields, places, calls. Joins the package as it was checked last with the headers of this machine. */
import type { Span } from '../base/span.ts';
import { typeBefore } from '../flow/type-before.ts';
import { type BorderCall, type BorderFunction, calleesOf, callersOf, type FunctionId, functionNamed, functionOf } from '../semantics/border-calls.ts';
import { cReferences, exportAt, nameInPreamble, nameOf, type Reference } from '../semantics/c-references.ts';
import { aliasesElsewhere, type CNameFacts, cNameFacts, type CNameOffer, cNameOffers, cSymbols, headerDeclares, preamblesOf, type UnitText } from '../semantics/c-symbols.ts';
import { functionKey, type CSource, type PackageModel } from '../semantics/package-model.ts';
import { type StructField, structFields } from '../semantics/struct-fields.ts';
import { cTypeName } from '../semantics/types.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';
import { cTokens, type CToken } from '../syntax/c/c-tokens.ts';
import { GoParser } from '../syntax/go/go-parser.ts';
import { missingBrackets } from '../syntax/go/open-brackets.ts';
import type { Grammars } from '../syntax/grammars.ts';
import { directoryOf, type FileId, type Host } from './host.ts';
import { includePaths } from './include-paths.ts';
import { type Headers, SystemHeaders } from './system-headers.ts';

/** A name that no program has. */
const marker = 'cgoGuardField';

/** Further back no function begins that somebody types in. */
const longestFunction = 40_000;

export class CAnswers {
  readonly #grammars: Grammars;
  readonly #system: SystemHeaders;
  readonly #headers = new WeakMap<PackageModel, Promise<Headers>>();
  readonly #tokens = new WeakMap<CUnit, readonly CToken[]>();

  constructor(host: Host, grammars: Grammars) {
    this.#grammars = grammars;
    this.#system = new SystemHeaders(host, grammars);
  }

  /** What is known of `C.name`. */
  async name(model: PackageModel, name: string): Promise<CNameFacts | undefined> {
    return cNameFacts(model, name, await this.#headersWith(model, name));
  }

  /** What may follow `C.`; a list that is not complete grows when it is asked for again. */
  async names(model: PackageModel): Promise<{ readonly offers: readonly CNameOffer[]; readonly complete: boolean }> {
    const { sources, complete } = await this.#system.some(await this.#headersOf(model));
    return { offers: cNameOffers(model, sources), complete };
  }

  /** The fields that may follow the dot at `dot` in a Go file, when what stands before it is a C struct; the file need not parse. */
  async fieldsBehind(model: PackageModel, file: FileId, text: string, dot: number): Promise<readonly StructField[] | undefined> {
    const start = text.lastIndexOf('\nfunc ', dot) + 1;
    const imports = model.files.find((one) => one.file === file)?.imports;
    if (!imports || start === 0 || dot - start > longestFunction) return undefined;
    const before = `${text.slice(start, dot + 1)}${marker}`;
    const closing = missingBrackets(before);
    if (closing === undefined) return undefined;
    // The value may stand where a block or a case follows.
    for (const rest of ['', ' {}', ':']) {
      const parsed = new GoParser(this.#grammars.go);
      const { decls, broken } = parsed.read(`package p\n${before}${rest}${closing}\n`);
      parsed.dropTree();
      const decl = decls[0]?.syntax.full();
      if (broken.length > 0 || decl?.k !== 'Func') continue;
      const type = typeBefore(decl, marker, model.shape, imports);
      const name = type && cTypeName(type.k === 'pointer' ? type.elem : type);
      if (name === undefined) return undefined;
      return structFields(model, name, await this.#headersWith(model, name))?.fields;
    }
    return undefined;
  }

  /** The C name at an offset of a Go file's preamble or of an exported function. */
  targetAt(model: PackageModel, file: FileId, offset: number): { readonly name: string; readonly span: Span } | undefined {
    const unit = preamblesOf(model).find((one) => one.file === file);
    const known = model.files.find((one) => one.file === file);
    return (unit && nameInPreamble(unit, offset, this.#tokensOf)) ?? (known && exportAt(known, offset));
  }

  references(model: PackageModel, name: string): readonly Reference[] {
    return cReferences(model, name, this.#tokensOf);
  }

  /** The function that a C name calls. */
  functionNamed(model: PackageModel, name: string): BorderFunction | undefined {
    return functionNamed(model, name);
  }

  /** The Go function whose name stands at an offset. */
  goFunctionAt(model: PackageModel, file: FileId, offset: number): BorderFunction | undefined {
    const fn = model.files.find((one) => one.file === file)?.functions.find((one) => nameOf(one).start <= offset && offset <= nameOf(one).end);
    return fn && functionOf(model, { side: 'go', name: functionKey(fn) });
  }

  calls(model: PackageModel, id: FunctionId, which: 'callers' | 'callees'): readonly BorderCall[] {
    return which === 'callers' ? callersOf(model, id) : calleesOf(model, id);
  }

  readonly #tokensOf = (unit: UnitText): readonly CToken[] => {
    let found = this.#tokens.get(unit.unit);
    if (found === undefined) {
      const ranges = unit.ranges;
      found = cTokens(this.#grammars.c, { text: ranges ? unit.text.slice(0, ranges.at(-1)?.end ?? 0) : unit.text, ...(ranges ? { ranges } : {}) });
      this.#tokens.set(unit.unit, found);
    }
    return found;
  };

  /** The header of this machine that declares a name, unless the project does. */
  async #headersWith(model: PackageModel, name: string): Promise<readonly CSource[]> {
    const own = cSymbols(model).get(name);
    if (own && !aliasesElsewhere(own)) return [];
    const plain = name.replace(/^(?:struct|union|enum)_/, '');
    return this.#system.withName(await this.#headersOf(model), plain, (header) => headerDeclares(header, name));
  }

  /** The headers of this machine that a package sees, with those of its own that are too large for the analyses. */
  #headersOf(model: PackageModel): Promise<Headers> {
    let found = this.#headers.get(model);
    if (found === undefined) {
      const paths = model.files.map(({ file, go, cImport }) => includePaths(directoryOf(file), go.text, cImport));
      const units = [...model.files.map(({ file, preambleUnit }) => ({ file, unit: preambleUnit })), ...model.cSources];
      found = this.#system.of(
        units.flatMap(({ file, unit }) => unit?.includes.map((include) => ({ from: directoryOf(file), include })) ?? []),
        { local: [...new Set(paths.flatMap(({ local }) => local))], outside: [...new Set(paths.flatMap(({ outside }) => outside))], packages: [...new Set(paths.flatMap(({ packages }) => packages))] },
        new Set(model.cSources.filter(({ unit }) => !unit.skipped).map((source) => source.file)),
      );
      this.#headers.set(model, found);
    }
    return found;
  }
}
