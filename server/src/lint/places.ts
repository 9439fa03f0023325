/** Finds where the declarations and C units that facts name stand now. */
import { shift, type Span } from '../base/span.ts';
import type { Place } from '../flow/knowledge.ts';
import type { PackageFile, PackageModel } from '../semantics/package-model.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';
import type { DeclSyntax, TopDecl } from '../syntax/go/go-file.ts';

export interface Standing {
  readonly file: PackageFile;
  readonly top: TopDecl;
}

export class Places {
  /** Nearly all declarations stand in one place. */
  readonly #declarations = new Map<DeclSyntax, Standing>();
  readonly #again = new Map<DeclSyntax, Standing[]>();
  readonly #units = new Map<object, string>();

  constructor(model: PackageModel) {
    for (const file of model.files) {
      for (const top of file.go.decls) {
        const known = this.#declarations.get(top.syntax);
        if (known) this.#again.set(top.syntax, [...this.of(top.syntax), { file, top }]);
        else this.#declarations.set(top.syntax, { file, top });
      }
      if (file.preambleUnit) this.#units.set(file.preambleUnit, file.file);
    }
    for (const { file, unit } of model.cSources) this.#units.set(unit, file);
  }

  /** Where declarations of this text stand: several, where a file says the same twice. */
  of(syntax: DeclSyntax): readonly Standing[] {
    const first = this.#declarations.get(syntax);
    return this.#again.get(syntax) ?? (first ? [first] : []);
  }

  /** The file that a C unit was read from. */
  fileOf(unit: CUnit): string | undefined {
    return this.#units.get(unit);
  }

  /** The place in its file. What is relative to the declaration at hand stands in that one, even if there are others like it. */
  resolve(place: Place, near: Standing): { readonly file: string; readonly span: Span } | undefined {
    if (place.unit === near.top.syntax) return { file: near.file.file, span: shift(place.span, near.top.start) };
    const declared = this.of(place.unit as DeclSyntax).at(-1);
    if (declared) return { file: declared.file.file, span: shift(place.span, declared.top.start) };
    const file = this.#units.get(place.unit);
    return file === undefined ? undefined : { file, span: place.span };
  }
}
