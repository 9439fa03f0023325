/**
 * Macros of headers that the C grammar cannot follow and no reader needs: attributes, calling conventions, `OF((args))`. Headers say
 * themselves which these are. What is blanked becomes spaces, so that offsets stay. Knows no header by name.
 */

/** Macros that stand for nothing a reader needs, and those that stand for their only argument. */
export class HeaderMacros {
  readonly #bodies = new Map<string, Set<string>>();
  readonly #wrappers = new Set<string>();
  #decorations: ReadonlySet<string> | undefined;

  /** Takes note of the macros that a header defines. */
  collect(text: string): void {
    for (const [, name = '', params, body = ''] of text.matchAll(define)) {
      if (keywords.has(name)) continue;
      const meaning = body.replace(/\\\r?\n/g, ' ').replace(/\/\*[^]*?(?:\*\/|$)|\/\/.*/g, ' ').trim();
      if (params !== undefined && meaning === params.slice(1, -1).trim() && meaning !== '') this.#wrappers.add(name);
      else this.#bodies.set(name, (this.#bodies.get(name) ?? new Set()).add(meaning));
      this.#decorations = undefined;
    }
  }

  /** The text without these macros; directives stay as they are. */
  hide(text: string): string {
    const decorations = (this.#decorations ??= this.#find());
    let out = '';
    let last = 0;
    const blank = (start: number, end: number): void => {
      out += text.slice(last, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ');
      last = end;
    };
    for (const match of text.matchAll(pieces)) {
      const [word] = match;
      const { index } = match;
      if (index < last || !/^[A-Za-z_]/.test(word)) continue;
      const end = index + word.length;
      if (decorations.has(word) || attributes.test(word)) blank(index, argumentsEnd(text, end) ?? end);
      else if (this.#wrappers.has(word)) {
        const close = argumentsEnd(text, end);
        if (close === undefined) continue;
        blank(index, text.indexOf('(', end) + 1);
        out += text.slice(last, close - 1) + ' ';
        last = close;
      }
    }
    return out + text.slice(last);
  }

  #find(): ReadonlySet<string> {
    const found = new Set<string>();
    for (let before = -1; before !== found.size; ) {
      before = found.size;
      for (const [name, bodies] of this.#bodies) if (!found.has(name) && [...bodies].some((body) => isDecoration(body, found))) found.add(name);
    }
    return found;
  }
}

const define = /^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(\([^)\n]*\))?[ \t]*((?:\\\r?\n|[^\n])*)/gm;

/** Comments, strings and directives, which are passed over, and words. */
const pieces = /\/\*[^]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|^[ \t]*#(?:\\\r?\n|[^\n])*|\b[A-Za-z_]\w*/gm;

/** Words of compilers. Source: GCC manual, "Attribute Syntax" and "Asm Labels"; MSVC, "Argument passing and naming conventions". */
const attributes = /^(?:__attribute__|__attribute|__declspec|__asm__|__asm|_Noreturn|__extension__|__restrict|__restrict__|__inline|__inline__|__(?:std|c|fast|vector)call)$/;

const keywords = new Set('auto break case char const continue default do double else enum extern float for goto if int long register return short signed sizeof static struct switch typedef union unsigned void volatile while bool inline restrict'.split(' '));

/** Nothing, an attribute, a storage class, or words that are decorations themselves. */
function isDecoration(body: string, known: ReadonlySet<string>): boolean {
  if (body === '') return true;
  if (/^(?:extern "C"(?: \{)?|\}|throw ?\(\)|noexcept(?: \(true\))?)$/.test(body)) return true;
  const words = body.replace(/\((?:[^()]|\([^()]*(?:\([^()]*\)[^()]*)*\))*\)/g, ' ').trim().split(/\s+/);
  return words.every((word) => attributes.test(word) || known.has(word) || /^(?:extern|static|inline)$/.test(word));
}

/** Where the parentheses behind a macro's name end, when it has any. */
function argumentsEnd(text: string, from: number): number | undefined {
  const open = /^\s*\(/.exec(text.slice(from, from + 80));
  if (!open) return undefined;
  let depth = 0;
  for (let i = from + open[0].length - 1; i < text.length && i < from + 4000; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i + 1;
  }
  return undefined;
}
