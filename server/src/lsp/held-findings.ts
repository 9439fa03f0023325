/**
 * Keeps squiggles calm while code is half typed: a finding that is missing only because something cannot be read for the moment stays where it
 * was, until the package can be read whole again. Then what was found counts, and nothing else.
 */
import type { Diagnostic } from 'vscode-languageserver';
import type { TextEdit } from '../base/edit.ts';
import { overlaps, span, type Span } from '../base/span.ts';
import type { FileReading } from '../project/project.ts';
import { rangeOf, spanOf, type Lines } from './positions.ts';

/** A diagnostic that was true of the package when it was last read whole, and where it stands by now. */
interface Confirmed {
  readonly diagnostic: Diagnostic;
  readonly at: Span;
  /** Places of the path that lie in the same document; those elsewhere are absent. */
  readonly steps: readonly (Span | undefined)[];
  readonly declaration: Span;
  /** Something within the declaration has changed since. */
  readonly edited: boolean;
}

export class HeldFindings {
  readonly #confirmed = new Map<string, readonly Confirmed[]>();

  /** An edit of a document; those of one notification one after the other. */
  edited(uri: string, edit: TextEdit): void {
    const known = this.#confirmed.get(uri);
    if (known !== undefined && known.length > 0) this.#confirmed.set(uri, known.flatMap((one) => after(one, edit) ?? []));
  }

  /** What to show of a document: all that was `found`, and what is held. `lines` are the document's. */
  show(uri: string, found: readonly Diagnostic[], reading: FileReading | undefined, lines: Lines): readonly Diagnostic[] {
    if (reading === undefined || reading.whole) {
      this.#confirmed.set(uri, reading === undefined ? [] : found.map((diagnostic) => confirm(uri, diagnostic, reading, lines)));
      return found;
    }
    const spans = found.map(({ range, code }) => ({ at: spanOf(lines, range), code }));
    const missing = (this.#confirmed.get(uri) ?? []).filter(
      (one) => (!one.edited || reading.broken.some((part) => overlaps(part, one.at))) && !spans.some(({ at, code }) => code === one.diagnostic.code && overlaps(at, one.at)),
    );
    return [...found, ...missing.map((one) => diagnosticOf(uri, one, lines))];
  }

  /** The document is closed. */
  closed(uri: string): void {
    this.#confirmed.delete(uri);
  }

  /** Something other than the code decides anew what is found. */
  clear(): void {
    this.#confirmed.clear();
  }
}

function confirm(uri: string, diagnostic: Diagnostic, { declarations }: FileReading, lines: Lines): Confirmed {
  const at = spanOf(lines, diagnostic.range);
  const steps = (diagnostic.relatedInformation ?? []).map(({ location }) => (location.uri === uri ? spanOf(lines, location.range) : undefined));
  const declaration = declarations.find((one) => one.start <= at.start && at.start <= one.end);
  return { diagnostic, at, steps, declaration: declaration ? span(declaration.start, declaration.end) : at, edited: false };
}

/** Where it stands after an edit; undefined when its own text was touched. */
function after(one: Confirmed, edit: TextEdit): Confirmed | undefined {
  const at = moved(one.at, edit);
  if (at === undefined) return undefined;
  const declaration = moved(one.declaration, edit);
  // A step that was touched is only a little off.
  const steps = one.steps.map((step) => step && (moved(step, edit) ?? stretched(step, edit)));
  return { ...one, at, steps, declaration: declaration ?? stretched(one.declaration, edit), edited: one.edited || declaration === undefined };
}

/** A span after an edit beside it; undefined when the edit is within. */
function moved({ start, end }: Span, { span: replaced, newText }: TextEdit): Span | undefined {
  const by = newText.length - (replaced.end - replaced.start);
  if (replaced.end <= start) return span(start + by, end + by);
  return replaced.start >= end ? span(start, end) : undefined;
}

function stretched({ start, end }: Span, { span: replaced, newText }: TextEdit): Span {
  const by = newText.length - (replaced.end - replaced.start);
  const from = Math.min(start, replaced.start);
  return span(from, Math.max(from, end + by, replaced.start + newText.length));
}

function diagnosticOf(uri: string, { diagnostic, at, steps }: Confirmed, lines: Lines): Diagnostic {
  const related = diagnostic.relatedInformation?.map((one, i) => (steps[i] ? { ...one, location: { uri, range: rangeOf(lines, steps[i]) } } : one));
  return { ...diagnostic, range: rangeOf(lines, at), ...(related ? { relatedInformation: related } : {}) };
}
