/**
 * Which compiler and linker flags the go command takes from `#cgo` lines. The list is that of Go 1.26; whoever builds may widen it with
 * CGO_CFLAGS_ALLOW and the like. Source: cmd/go/internal/work/security.go; https://go.dev/s/invalidflag.
 */
import { type CgoDirective, flagVerbs, type Word } from './directives.ts';

/** A value that is neither a flag nor a response file. */
const value = String.raw`[^@\-].*`;
const list = (...patterns: readonly string[]): RegExp => new RegExp(`^(?:${patterns.join('|')})$`);

/** Taken by compiler and linker alike. */
const shared = [
  `-F${value}`, '-O', `-O${value}`, '-f(?:no-)?(?:pic|PIC|pie|PIE)', '-f(?:no-)?openmp(?:-simd)?', `-g(?:${value})?`, `-m(?:abi|arch|cpu|fpu|simd|tls-dialect|tune)=${value}`,
  '-mcmodel=[0-9a-z-]+', `-mfloat-abi=${value}`, '-m(?:soft|single|double)-float', '-m(?:no-)?(?:relax|strict-align|lsx|lasx|frecipe|div32|lam-bh|lamcas|ld-seq-sa)', '-mmacosx-.+',
  '-mios-simulator-version-min=.+', '-miphoneos-version-min=.+', '-mthreads', '-mwindows', '-pthread', `-?-stdlib=${value}`, '-v',
];

const compiler = list(
  ...shared,
  String.raw`-D[A-Za-z_]\w*(?:=[^@\-]*)?`, String.raw`-U[A-Za-z_]\w*`, `-I${value}`, '-W', '-W[^@,]+', '-Wa,-mbig-obj', String.raw`-Wp,-D[A-Za-z_]\w*(?:=[^@,\-]*)?`, String.raw`-Wp,-U[A-Za-z_]\w*`,
  '-ansi',
  String.raw`-f(?:no-)?(?:asynchronous-unwind-tables|blocks|common|constant-cfstrings|eliminate-unused-debug-types|exceptions|fast-math|inline-functions|fat-lto-objects|keep-inline-dllexport|lto|modules|objc-arc|objc-nonfragile-abi|objc-legacy-dispatch|omit-frame-pointer|permissive|plt|rtti|split-stack|stack-.+|strict-aliasing|use-linker-plugin|visibility-inlines-hidden)`,
  String.raw`-fno-builtin-\w*`, '-f(?:debug|file)-prefix-map=[^@]+=[^@]+', '-fdiagnostics-show-note-include-stack', '-fno-canonical-system-headers', `-finput-charset=${value}`,
  '-fmacro-backtrace-limit=.+', '-fmessage-length=.+', '-funsigned-char', '-fsanitize=.+', '-fsanitize-undefined-strip-path-components=-?[0-9]+', '-ftemplate-depth-.+',
  '-ftls-model=(?:global-dynamic|local-dynamic|initial-exec|local-exec)', '-fvisibility=.+',
  '-m32', '-m64', '-m(?:no-)?v?aes', '-marm', '-mfpmath=[0-9a-z,+]*', '-m(?:no-)?avx[0-9a-z.]*', '-m(?:no-)?ms-bitfields', '-m(?:no-)?stack-.+', '-mlarge-data-threshold=[0-9]+',
  '-m(?:tvos|watchos)-(?:simulator-)?version-min=.+', '-mnop-fun-dllimport', '-m(?:no-)?sse[0-9.]*', '-m(?:no-)?ssse3', '-mthumb(?:-interwork)?', '-no-canonical-prefixes', '--param=ssp-buffer-size=[0-9]*',
  '-pedantic(?:-errors)?', '-pipe', '--static', `-?-std=${value}`, `--sysroot=${value}`, '-w', `-x${value}`,
);

const linker = list(
  ...shared,
  `-l${value}`, `-L${value}`, `-fsanitize=${value}`, '-flat_namespace', '-headerpad_max_install_names', '-(?:pic|PIC|pie|PIE)', '-rdynamic', '-shared', '-?-static[-a-z0-9+]*',
  String.raw`\./.*\.(?:a|o|obj|dll|dylib|so|tbd)`, String.raw`[a-zA-Z0-9_/].*\.(?:a|o|obj|dll|dylib|so|tbd)`,
);

/** What may follow `-Wl,`; a comma would smuggle in a further argument. */
const passedOn = list(
  '--(?:no-)?(?:allow-multiple-definition|allow-shlib-undefined|as-needed|export-dynamic)', '--no-undefined', '-B(?:dynamic|static|symbolic-functions)', '-berok', '-O[0-9]+', '-d[ny]', '--(?:dis|en)able-new-dtags',
  '-e[=,][a-zA-Z0-9]+', '--(?:start|end)-group', '-E', String.raw`-framework,[^,@\-][^,]*`, '--hash-style=(?:sysv|gnu|both)', '-headerpad_max_install_names', '--(?:pop|push)-state', String.raw`-R,?[^@\-,][^,@]*`,
  String.raw`--just-symbols[=,][^,@\-][^,@]*`, String.raw`-rpath(?:-link)?[=,][^,@\-][^,]*`, '-s', '-search_paths_first', String.raw`-sectcreate,[^,@\-][^,]*,[^,@\-][^,]*,[^,@\-][^,]*`, '-?-static',
  '-?-subsystem,(?:native|windows|console|posix|xbox)', String.raw`-syslibroot[=,][^,@\-][^,]*`, String.raw`-undefined[=,][^,@\-][^,]*`, '-?-unresolved-symbols=[^,]+', '--(?:no-)?warn-[^,]+', String.raw`-?-wrap[=,][^,@\-][^,]*`,
  '-z,(?:relro|now|(?:no)?execstack)(?:,-z,(?:relro|now|(?:no)?execstack))*',
);

const beforeArgument = {
  compiler: new Set(['-arch', '-D', '-U', '-I', '-F', '-framework', '-include', '-isysroot', '-isystem', '--sysroot', '-target', '-x']),
  linker: new Set(['-arch', '-F', '-l', '-L', '-framework', '-isysroot', '--sysroot', '-target', '-Wl,-framework', '-Wl,-rpath', '-Wl,-R', '-Wl,--just-symbols', '-Wl,-undefined']),
};

export interface RefusedFlag {
  readonly flag: Word;
  /** The verb that takes this flag: it stands in the wrong line. */
  readonly belongsTo?: 'CFLAGS' | 'LDFLAGS';
}

/** The flags of a line that `go build` answers with "invalid flag in #cgo". */
export function refusedFlags({ verb, args, problem }: CgoDirective): RefusedFlag[] {
  if (problem !== undefined || !flagVerbs.includes(verb?.text ?? '')) return [];
  const own = verb?.text === 'LDFLAGS' ? 'linker' : 'compiler';
  const out: RefusedFlag[] = [];
  for (let i = 0; i < args.length; i++) {
    const flag = args[i]!;
    if (accepts(own, placed(flag.text))) continue;
    const next = args[i + 1] && placed(args[i + 1]!.text);
    const takesNext = next !== undefined && (isSafe(next) || (flag.text.startsWith('-Wl,') && next.startsWith('-Wl,') && isSafe(next.slice(4)) && !next.slice(4).includes(',')));
    if (beforeArgument[own].has(flag.text) && takesNext) {
      i++;
      continue;
    }
    const other = own === 'linker' ? 'compiler' : 'linker';
    const isMisplaced = flag.text.startsWith('-') && (accepts(other, placed(flag.text)) || beforeArgument[other].has(flag.text));
    out.push({ flag, ...(isMisplaced ? { belongsTo: own === 'linker' ? 'CFLAGS' : 'LDFLAGS' } : {}) });
  }
  return out;
}

/** The flag as it is checked: the package folder is an absolute path by then. */
const placed = (flag: string): string => flag.replaceAll('${SRCDIR}', '/src');

function accepts(tool: 'compiler' | 'linker', flag: string): boolean {
  if (tool === 'compiler') return compiler.test(flag);
  if (flag === '-lto_library') return false;
  if (linker.test(flag)) return true;
  if (!flag.startsWith('-Wl,')) return false;
  const rest = flag.slice('-Wl,'.length);
  return passedOn.test(rest) || (rest.startsWith('--push-state,') && rest.split(',').every((one) => passedOn.test(one)));
}

/** Source: cmd/go/internal/load, SafeArg. */
const isSafe = (arg: string): boolean => /^[._/0-9A-Za-z\u0080-\uffff]/.test(arg);
