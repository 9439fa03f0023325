/** What C bodies do with parameters and results: each effect, its near misses, and calls among functions in view. */
import { describe, expect, test } from 'vitest';
import { effects, read, summaries } from './support.ts';
import { Program, summarise } from '../../../server/src/semantics/c/summary.ts';

const one = (text: string) => summaries(text).get('f')!;

describe('releases', () => {
  test.each([
    ['plain', 'void f(char *p) { free(p); }'],
    ['through a cast', 'void f(char *p) { free((void *)p); }'],
    ['guarded by NULL', 'void f(char *p) { if (p) free(p); }'],
    ['guarded by != NULL', 'void f(char *p) { if (p != NULL) { free(p); } }'],
    ['early return for NULL', 'void f(char *p) { if (!p) return; puts(p); free(p); }'],
    ['early return for NULL == p in an or', 'void f(struct s *p) { if (NULL == p || 0) return; free(p); }'],
    ['on both branches', 'int f(char *p) { if (p[0]) { free(p); return 1; } free(p); return 0; }'],
    ['through a local', 'void f(char *p) { char *q = p; free(q); }'],
    ['at a label reached by goto', 'int f(char *p) { if (x()) goto out; y();\nout:\n  free(p); return 0; }'],
    ['in a do while (0)', 'void f(char *p) { do { free(p); } while (0); }'],
    ['in every case of a switch', 'void f(int k, char *p) { switch (k) { case 1: free(p); break; default: free(p); } }'],
    ['before the end of the process', 'void f(char *p) { if (g) abort(); free(p); }'],
    ['by fclose', 'void f(FILE *p) { fclose(p); }'],
    ['through an object-like macro', '#define xfree free\nvoid f(char *p) { xfree(p); }'],
    ['through a function-like macro', '#define FREE(p) do { if (p) { free(p); p = NULL; } } while (0)\nvoid f(char *p) { FREE(p); }'],
    ['a header in front of the block', 'void f(char *p) { free(p - 16); }'],
    ['with its contents', 'void f(struct s *p) { free(p->name); free(p); }'],
  ])('%s', (_, text) => expect(one(text).params.at(-1)?.effect).toBe('releases'));

  test('on one path only is may-release', () => {
    expect(effects('void f(char *p, int own) { if (own) free(p); }')).toEqual(['may-release', 'borrows']);
    expect(effects('void f(char *p) { while (next()) free(p); }')).toEqual(['may-release']);
    expect(effects('void f(char *p) {\n#ifdef X\n free(p);\n#endif\n}')).toEqual(['may-release']);
    expect(effects('char *f(char *p) { return realloc(p, 3); }')).toEqual(['may-release']);
  });

  test('of the contents is not a release of the thing', () => {
    const { params } = one('void f(struct s *p) { free(p->name); }');
    expect(params[0]).toMatchObject({ effect: 'borrows', contentsReleased: true });
    expect(one('void f(char **p) { free(*p); *p = NULL; }').params[0]).toMatchObject({ effect: 'borrows', contentsReleased: true, written: true });
    expect(one('void f(char **p, int n) { for (int i = 0; i < n; i++) free(p[i]); free(p); }').params[0]).toMatchObject({ effect: 'releases', contentsReleased: true });
  });

  test('of a copy is not a release of the parameter', () => {
    expect(effects('void f(const char *p) { char *q = strdup(p); puts(q); free(q); }')).toEqual(['borrows']);
    expect(effects('void f(char *p) { p = strdup(p); free(p); }')).toEqual(['borrows']);
  });

  test('says where', () => {
    const text = 'void f(char *p) { if (p) free(p); }';
    const at = one(text).params[0]?.at;
    expect(text.slice(at?.start, at?.end)).toBe('free(p)');
  });
});

describe('retains', () => {
  test.each([
    ['a global', 'static char *kept;\nvoid f(char *p) { kept = p; }'],
    ['a static local', 'void f(char *p) { static char *kept; kept = p; }'],
    ['a field of another parameter', 'void f(struct s *s, char *p) { s->name = p; }'],
    ['what another parameter points to', 'void f(char **out, char *p) { *out = p; }'],
    ['an element', 'static char *all[4];\nvoid f(int i, char *p) { all[i] = p; }'],
    ['a new object', 'struct s *f(char *p) { struct s *s = malloc(8); s->name = p; return s; }'],
    ['a field of a global', 'static struct s g;\nvoid f(char *p) { g.name = p + 1; }'],
    ['a function that keeps it', 'static char *kept;\nstatic void keep(char *q) { kept = q; }\nvoid f(char *p) { keep(p); }'],
    ['a thread', 'void f(void *p) { pthread_t t; pthread_create(&t, 0, run, p); }'],
    ['what a macro assigns', '#define SET(a, b) do { (a) = (b); } while (0)\nvoid f(struct s *s, char *p) { SET(s->name, p); }'],
    ['what a local struct is copied to', 'static struct s g;\nvoid f(char *p) { struct s s; s.name = p; memcpy(&g, &s, 8); }'],
    ['a local struct that is stored', 'static struct s g;\nvoid f(char *p) { struct s s; s.name = p; g = s; }'],
  ])('in %s', (_, text) => expect(one(text).params.at(-1)?.effect).toBe('retains'));

  test('not: a copy, or what is read from it', () => {
    expect(effects('static char *kept;\nvoid f(const char *p) { kept = strdup(p); }')).toEqual(['borrows']);
    expect(effects('static int kept;\nvoid f(const int *p) { kept = *p; }')).toEqual(['borrows']);
    expect(effects('static char kept[8];\nvoid f(const char *p) { strncpy(kept, p, 8); }')).toEqual(['borrows']);
  });
});

describe('borrows and unknown', () => {
  test.each([
    ['is never used', 'void f(char *p) {}'],
    ['has no name', 'void f(char *) {}'],
    ['is only read', 'int f(const char *p) { int n = 0; while (*p++) n++; return n + strlen(p); }'],
    ['is printed', 'void f(const char *p) { printf("%s\\n", p); fputs(p, stderr); }'],
    ['is compared and copied', 'int f(const char *p) { char b[8]; memcpy(b, p, 8); return strcmp(p, "x") || atoi(b); }'],
    ['goes to a function that borrows', 'static int len(const char *q) { return strlen(q); }\nint f(const char *p) { return len(p); }'],
    ['goes to another unit that borrows', ''],
  ])('borrows what %s', (_, text) => {
    if (text) expect(one(text).params[0]?.effect).toBe('borrows');
    else expect(summaries(['int len(const char *q) { return strlen(q); }', 'int f(const char *p) { return len(p); }']).get('f')?.params[0]?.effect).toBe('borrows');
  });

  test('is unknown after an unseen call, which is named', () => {
    const text = 'void f(int n, char *p) { lib_set(n, p); }';
    const { params } = one(text);
    expect(params[1]).toMatchObject({ effect: 'unknown', handedOn: [{ callee: 'lib_set', index: 1 }] });
    const on = params[1]!.handedOn[0]!;
    expect(text.slice(on.at.start, on.at.end)).toBe('lib_set(n, p)');
  });

  test('names the unseen callee through a wrapper', () => {
    const text = 'static void in(char *q) { lib_set(0, q); }\nvoid f(char *p) { in(p); }';
    expect(one(text).params[0]).toMatchObject({ effect: 'unknown', handedOn: [{ callee: 'lib_set', index: 1 }] });
  });

  test('is unknown through a function pointer, a local struct, and broken code', () => {
    expect(effects('void f(char *p, void (*done)(void *)) { done(p); }')).toEqual(['unknown', 'borrows']);
    expect(effects('void f(char *p) { struct s s = { .name = p }; lib_run(&s); }')).toEqual(['unknown']);
    expect(effects('void f(char *p) { @autoreleasepool { g(p); } }')).toEqual(['unknown']);
  });

  test('does not confuse a local that hides a C library name', () => {
    expect(effects('void f(char *p, void (*free)(void *)) { free(p); }')).toEqual(['unknown', 'borrows']);
  });

  test('prefers the body in view to the C library', () => {
    expect(effects('static void free(void *q) {}\nvoid f(char *p) { free(p); }')).toEqual(['borrows']);
  });
});

describe('written and out parameters', () => {
  test('written', () => {
    expect(one('void f(char *p) { p[0] = 1; }').params[0]?.written).toBe(true);
    expect(one('void f(struct s *p) { p->n += 1; }').params[0]?.written).toBe(true);
    expect(one('void f(char *p) { strcpy(p, "x"); }').params[0]?.written).toBe(true);
    expect(one('void f(const char *p) { char b[2]; strcpy(b, p); }').params[0]?.written).toBe(false);
  });

  test('owned memory in an out parameter', () => {
    expect(one('int f(char **out) { *out = malloc(4); return *out ? 0 : -1; }').params[0]).toMatchObject({ storedOwned: true, storedDeallocator: 'free', written: true });
    expect(one('int f(char **out) { char *p = strdup("x"); if (!p) return 1; *out = p; return 0; }').params[0]?.storedOwned).toBe(true);
    expect(one('int f(char **out) { return asprintf(out, "%d", 1); }').params[0]?.storedOwned).toBe(true);
    expect(one('static int in(char **o) { *o = malloc(4); return 0; }\nint f(char **out) { return in(out); }').params[0]?.storedOwned).toBe(true);
    expect(one('void f(char **out) { *out = "static"; }').params[0]?.storedOwned).toBeUndefined();
    expect(one('void f(char **out) { *out = malloc(4); free(*out); *out = NULL; }').params[0]?.storedOwned).toBeUndefined();
  });
});

describe('results', () => {
  test.each([
    ['malloc', 'char *f(void) { return malloc(4); }', { owner: 'owned', allocator: 'malloc', deallocator: 'free', mayBeNull: true }],
    ['a checked local', 'char *f(void) { char *p = malloc(4); if (!p) abort(); p[0] = 0; return p; }', { owner: 'owned', mayBeNull: false }],
    ['NULL or owned', 'char *f(void) { char *p = malloc(4); if (p == NULL) return NULL; memset(p, 0, 4); return p; }', { owner: 'owned', mayBeNull: true }],
    ['filled by an unseen call', 'char *f(void) { char *p = calloc(1, 4); fill(p); return p; }', { owner: 'owned', allocator: 'calloc' }],
    ['a failed fill frees', 'char *f(void) { char *p = malloc(4); if (fill(p)) { free(p); return 0; } return p; }', { owner: 'owned' }],
    ['strdup in a choice', 'char *f(const char *s) { return s ? strdup(s) : NULL; }', { owner: 'owned', allocator: 'strdup', mayBeNull: true }],
    ['a wrapper', 'static void *in(int n) { return malloc(n); }\nchar *f(void) { return (char *)in(4); }', { owner: 'owned', allocator: 'malloc' }],
    ['a macro', '#define NEW(T) ((T *)malloc(8))\n#define DUP(s) strdup(s)\nchar *f(const char *s) { return DUP(s); }', { owner: 'owned', allocator: 'strdup' }],
    ['asprintf', 'char *f(void) { char *p = NULL; if (asprintf(&p, "x") < 0) return NULL; return p; }', { owner: 'owned', allocator: 'asprintf', mayBeNull: true }],
    ['fopen', 'FILE *f(void) { return fopen("x", "r"); }', { owner: 'owned', deallocator: 'fclose' }],
    ['a string', 'const char *f(void) { return "x"; }', { owner: 'static', mayBeNull: false }],
    ['a static array', 'char *f(void) { static char b[8]; b[0] = 0; return b; }', { owner: 'static' }],
    ['a global array', 'static char b[8];\nchar *f(void) { return b; }', { owner: 'static' }],
    ['the address of a global', 'static int n;\nint *f(void) { return &n; }', { owner: 'static' }],
    ['a function', 'static void cb(void) {}\nvoid *f(void) { return (void *)cb; }', { owner: 'static' }],
    ['a parameter', 'char *f(char *p) { return p + 1; }', { owner: 'borrowed' }],
    ['a field', 'char *f(struct s *p) { return p->name; }', { owner: 'borrowed', mayBeNull: true }],
    ['a global pointer', 'static char *g;\nchar *f(void) { return g; }', { owner: 'unknown' }],
    ['memory that is also kept', 'static char *g;\nchar *f(void) { if (!g) g = malloc(4); return g; }', { owner: 'unknown' }],
    ['memory that is kept through a local', 'static char *g;\nchar *f(void) { char *p = malloc(4); g = p; return p; }', { owner: 'unknown' }],
    ['owned or static', 'char *f(int a) { if (a) return strdup("x"); return "y"; }', { owner: 'unknown' }],
    ['an unseen call', 'char *f(void) { return lib_get(); }', { owner: 'unknown', mayBeNull: true }],
  ])('%s', (_, text, result) => expect(one(text).result).toMatchObject(result));

  test('a parameter, or a copy of it', () => {
    expect(one('char *f(char *p) { return p; }').params[0]?.returned).toBe(true);
    expect(one('char *f(char *d, const char *s) { return strcpy(d, s); }').params.map((p) => p.returned)).toEqual([true, false]);
    expect(one('char *f(struct s *p) { return &p->buffer[0]; }').params[0]?.returned).toBe(false);
    expect(one('struct s { char buffer[4]; };\nchar *f(struct s *p) { return p->buffer; }').params[0]?.returned).toBe(true);
    expect(one('char *f(char *p) { return strdup(p); }').params[0]?.returned).toBe(false);
  });

  test('says where the memory comes from', () => {
    const text = 'char *f(void) { char *p = malloc(4); return p; }';
    const { at } = one(text).result;
    expect(text.slice(at?.start, at?.end)).toBe('malloc(4)');
  });
});

describe('destructors', () => {
  const make = 'struct s *make(void) { struct s *s = malloc(8); s->name = strdup("x"); return s; }\n';
  const deallocator = (text: string): string | undefined => summaries(text).get('make')?.result.deallocator;

  test('the function that frees the type is preferred to free', () => {
    expect(deallocator(`${make}void s_free(struct s *s) { free(s->name); free(s); }`)).toBe('s_free');
    expect(deallocator(`${make}void s_free_shell(struct s *s) { free(s); }\nvoid closeS(struct s *s) { free(s->name); free(s); }`)).toBe('closeS');
    const unit = read(`${make}void s_free(struct s *s) { free(s->name); free(s); }`);
    expect(summarise([unit], new Set(['make'])).get('make')?.result.deallocator).toBe('s_free');
  });

  test('not a function of another type, of another effect, or out of reach', () => {
    expect(deallocator(`${make}void t_free(struct t *t) { free(t); }`)).toBe('free');
    expect(deallocator(`${make}void s_close(struct s *s) { free(s->name); }`)).toBe('free');
    expect(deallocator(`${make}static void s_free(struct s *s) { free(s); }`)).toBe('free');
    expect(deallocator(`static ${make}static void s_free(struct s *s) { free(s); }`)).toBe('s_free');
    expect(deallocator(`char *make(void) { return malloc(1); }\nvoid freestr(char *s) { free(s); }`)).toBe('free');
  });
});

describe('calls among bodies', () => {
  test('a chain of wrappers', () => {
    const text = 'void f(void *p) { a(p); }\nvoid a(void *p) { b(p); }\nvoid b(void *p) { free(p); }';
    expect(one(text).params[0]?.effect).toBe('releases');
  });

  test('recursion', () => {
    expect(effects('void f(struct n *p) { if (!p) return; f(p->next); free(p); }')).toEqual(['releases']);
    expect(effects('int f(struct n *p) { return p ? 1 + f(p->next) : 0; }')).toEqual(['borrows']);
    expect(effects('int g(char *p);\nint f(char *p) { return *p ? g(p + 1) : 0; }\nint g(char *p) { return *p ? f(p + 1) : 1; }')).toEqual(['borrows']);
    expect(effects('void f(int n, char *p) { if (n) f(n - 1, p); else free(p); }')).toEqual(['borrows', 'releases']);
    expect(effects('void f(int n, char *p) { if (n) f(n - 1, p); else g(p); }')).toEqual(['borrows', 'unknown']);
  });

  test('variants of one name', () => {
    const all = summaries(['void f(char *p) { free(p); }', 'void f(char *p) { puts(p); }']);
    expect(all.get('f')?.params[0]?.effect).toBe('may-release');
    const owned = summaries(['char *f(void) { return malloc(1); }', 'char *f(void) { return "x"; }']);
    expect(owned.get('f')?.result.owner).toBe('unknown');
  });

  test('exported Go functions, directly and below', () => {
    const text = 'static void in(int n) { goCallback(n); }\nvoid f(int n) { in(n); }\nvoid g(void) { other(); }';
    expect(new Program([read(text)]).callersOf('goCallback').map(({ name, at }) => [name, text.slice(at.start, at.end)])).toEqual([['in', 'goCallback(n)'], ['f', 'in(n)']]);
  });

  test('only what is wanted, and what it calls', () => {
    const unit = read('void a(char *p) { free(p); }\nvoid b(char *p) { a(p); }\nvoid c(char *p) {}');
    expect([...summarise([unit], new Set(['b'])).keys()].sort()).toEqual(['a', 'b']);
  });

  test('no return', () => {
    expect(one('void f(const char *m) { fputs(m, stderr); exit(1); }').noReturn).toBe(true);
    expect(one('static void die(void) { abort(); }\nvoid f(void) { die(); }').noReturn).toBe(true);
    expect(one('void f(int n) { if (n) abort(); }').noReturn).toBe(false);
  });
});

test('a body with more paths than can be told apart is joined, and one that is too long counts as not in view', () => {
  const branches = (n: number): string => Array.from({ length: n }, (_, i) => `if (c(${i})) { v${i} = p; } else { v${i} = malloc(1); }`).join('\n');
  const names = Array.from({ length: 60 }, (_, i) => `char *v${i};`).join(' ');
  expect(effects(`void f(char *p) { ${names} ${branches(12)} free(p); }`)).toEqual(['releases']);
  const long = `static void big(char *p) { ${names} ${branches(60)} free(p); }\nvoid f(char *p) { big(p); }`;
  expect(summaries(long).has('big')).toBe(false);
  expect(one(long).params[0]).toMatchObject({ effect: 'unknown', handedOn: [{ callee: 'big', index: 0 }] });
});
