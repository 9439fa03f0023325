/**
 * Blanks what the C grammar cannot follow and no reader needs: foreign branches, calling conventions, export macros. What is blanked becomes
 * spaces, so that offsets and lines stay what they were.
 */

/** The text as it is given to the parser. */
export const forParser = (text: string): string => hideDecorations(hideForeignBranches(text));

const blank = (text: string, start: number, end: number): string =>
  text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ') + text.slice(end);

/**
 * Blanks what a C compiler does not see: branches under `#ifdef __cplusplus` and `#if 0`. They open braces that another such branch closes,
 * which no grammar can follow. Lengths and line ends stay, so offsets do too.
 */
function hideForeignBranches(text: string): string {
  if (!/__cplusplus|#[ \t]*if[ \t]+0\b/.test(text)) return text;
  /** `hidden`: where the hidden branch began; `own`: the conditional asks for C++ or is constant, so all its directives go as well. */
  const open: { own: boolean; hidden: number | undefined }[] = [];
  let out = text;
  for (const match of text.matchAll(/^[ \t]*#[ \t]*(ifdef|ifndef|if|elif|else|endif)\b[ \t]*(.*)$/gm)) {
    const [line, directive, rest = ''] = match;
    const end = match.index + line.length;
    const condition = rest.replace(/\/\*.*?\*\/|\/\/.*$/g, '').trim();
    if (directive === 'if' || directive === 'ifdef' || directive === 'ifndef') {
      const foreign =
        (directive === 'ifdef' && condition === '__cplusplus') || (directive === 'if' && /^(0|\(?defined\s*\(?\s*__cplusplus\s*\)?\)?)$/.test(condition));
      const native = (directive === 'ifndef' && condition === '__cplusplus') || (directive === 'if' && /^!\s*defined\s*\(?\s*__cplusplus\s*\)?$/.test(condition));
      open.push({ own: foreign || native, hidden: foreign ? match.index : undefined });
      if (native) out = blank(out, match.index, end);
      continue;
    }
    const top = open.at(-1);
    if (!top?.own) {
      if (directive === 'endif') open.pop();
      continue;
    }
    if (top.hidden !== undefined) {
      out = blank(out, top.hidden, end);
      top.hidden = undefined;
    } else if (directive !== 'endif') {
      top.hidden = match.index;
    } else {
      out = blank(out, match.index, end);
    }
    if (directive === 'endif') open.pop();
  }
  return out;
}

/** A directive with its continued lines. Every pattern below comes after it, so that directives are left alone. */
const directive = String.raw`^[ \t]*#(?:[^\n]*\\\r?\n)*[^\n]*`;

/** Words that only say how a function is called or linked: `WINAPI`, `SDLCALL`, `GLAD_API_PTR`. */
const convention = String.raw`\b(?:[A-Z_]*(?:APIENTRYP?|WINAPI|CALLBACK|STDCALL|API_PTR|API_CALL|API_EXPORT|API_EXPORTED)|[A-Z_]+CALL|[A-Z_]+_CDECL|_Nullable|_Null_unspecified|__nullable|__nonnull|__unused)\b(?!\s*[(;=,])`;

/** An export macro or the like at the start of a line, before a type that is followed by a declarator: `SQLITE_API const char *…`. */
const exportMacro = String.raw`^(?:(?:extern|static|inline)[ \t]+)*([A-Z][A-Z0-9_]{2,})(?=[ \t]+[A-Za-z_]\w*[ \t*]+[A-Za-z_*(])`;

/** Type arguments, which only macros take: `va_arg(ap, char *)`, `container_of(p, struct s, field)`, `NEW(struct foo)`. */
const typeArguments = String.raw`\b(?:va_arg|container_of)\s*\([^(),]*(,[^()]*)(?=\))|\b[A-Z][A-Z0-9_]{2,}\((struct)(?=\s+\w+\s*[,)])`;

/** Groups: a directive, and what is blanked of each of the patterns: a macro, types, a keyword; of a convention all. */
const decorations = new RegExp(`(${directive})|${exportMacro}|${convention}|${typeArguments}`, 'gm');

const spaces = (text: string): string => text.replace(/[^\r\n]/g, ' ');

/** `all` with `part`, which it ends with, blanked. */
const blankEnd = (all: string, part: string): string => all.slice(0, -part.length) + spaces(part);

function hideDecorations(text: string): string {
  const empty = new Set<string>();
  const out = text.replace(decorations, (all: string, kept?: string, macro?: string, types?: string, keyword?: string) => {
    if (kept === undefined) return blankEnd(all, macro ?? types ?? keyword ?? all);
    const name = emptyMacro(all);
    if (name) empty.add(name);
    return readableDirective(all);
  });
  const used = [...empty].filter((name) => standsInCode(out, name));
  if (used.length === 0) return out;
  return out.replace(new RegExp(`(${directive})|\\b(?:${used.join('|')})\\b(?!\\s*\\()`, 'gm'), (all: string, kept: string | undefined) => kept ?? spaces(all));
}

/** Whether a name stands on a line that does not begin with `#`. */
function standsInCode(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (!/^[ \t]*#/.test(text.slice(text.lastIndexOf('\n', at) + 1, at))) return true;
  }
  return false;
}

/** The name that a directive defines as nothing or as an attribute. Include guards and switches are such names too, but never stand in code. */
function emptyMacro(text: string): string | undefined {
  const name = /^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)[ \t]*(?:__attribute__[^\n]*|__declspec[^\n]*|extern|inline|static inline|\/\*[^\n]*)?\r?$/.exec(text)?.[1];
  return name === undefined || /_H_*$|^(HAVE|USE|ENABLE|CONFIG)_/.test(name) ? undefined : name;
}

/** A directive without what the grammar stumbles over: comments inside a continued macro, `__has_include(<…>)`. */
function readableDirective(text: string): string {
  const bare = text.includes('\\\n') && text.includes('/*') ? text.replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\r\n\\]/g, ' ')) : text;
  return bare.includes('__has_') ? bare.replace(/(?<=^[ \t]*#[ \t]*(?:if|elif)[ \t]+)[^]*/, (condition) => `1${spaces(condition.slice(1))}`) : bare;
}
