/**
 * What functions of the C library do with pointers, as data. Sources: ISO C11 7.21 to 7.24 and 7.22.3 (memory), POSIX.1-2017 System Interfaces
 * (strdup, getline, open_memstream, opendir, getaddrinfo, pthread), the GNU C library manual (asprintf).
 *
 * This is what C bodies are read by, down to which arguments are written. What a caller in Go has to know of the same functions stands in
 * server/contracts/libc.json; test/unit/c/libc.test.ts holds the two together.
 */

/** r: only read during the call · w: written during the call · f: released · k: kept · o: the variable it points to receives owned memory. */
export type LibcParam = 'r' | 'w' | 'f' | 'k' | 'o';

export interface LibcFunction {
  /** One letter per parameter; the last one counts for all that follow. */
  readonly params: string;
  /** `owned`: released by `deallocator`; `first`: the first argument or a pointer into it; `static`: library storage. */
  readonly result: 'owned' | 'first' | 'static' | 'value';
  readonly deallocator?: string;
  readonly mayBeNull: boolean;
  readonly noReturn?: boolean;
}

const table = new Map<string, LibcFunction>();

const add = (names: string, params: string, result: LibcFunction['result'] = 'value', more: Partial<LibcFunction> = {}): void => {
  for (const name of names.split(' ')) table.set(name, { params, result, mayBeNull: false, ...more });
};

// Allocation, C11 7.22.3; POSIX strdup, strndup, aligned_alloc.
add('malloc calloc valloc aligned_alloc memalign pvalloc', 'r', 'owned', { deallocator: 'free', mayBeNull: true });
add('strdup strndup wcsdup get_current_dir_name', 'r', 'owned', { deallocator: 'free', mayBeNull: true });
add('free cfree', 'f');
add('asprintf vasprintf', 'or', 'value', { deallocator: 'free' });
add('posix_memalign', 'or', 'value', { deallocator: 'free' });
add('open_memstream', 'ok', 'owned', { deallocator: 'fclose', mayBeNull: true });

// Streams and directories: objects with a closing function of their own.
add('fopen fdopen tmpfile fmemopen', 'r', 'owned', { deallocator: 'fclose', mayBeNull: true });
add('popen', 'r', 'owned', { deallocator: 'pclose', mayBeNull: true });
add('opendir fdopendir', 'r', 'owned', { deallocator: 'closedir', mayBeNull: true });
add('fclose pclose closedir freeaddrinfo', 'f');
add('getaddrinfo', 'rrro', 'value', { deallocator: 'freeaddrinfo' });

// Reading, C11 7.21, 7.22.1, 7.24.
add('strlen strnlen wcslen strcmp strncmp strcasecmp strncasecmp strcoll memcmp strspn strcspn', 'r');
add('atoi atol atoll atof', 'r');
add('strtol strtoll strtoul strtoull strtod strtof strtold strtoimax strtoumax', 'rwr');
add('printf puts perror putchar vprintf syslog', 'r');
add('fprintf vfprintf', 'wr');
add('fputs fputc putc', 'rw');
add('fwrite', 'rrrw');
add('fputws fputwc', 'rw');
add('write pwrite send sendto', 'r');
add('open openat access unlink remove rmdir mkdir chdir chmod rename link symlink system', 'r');
add('stat lstat', 'rw');
add('fstat', 'rw');
add('setenv unsetenv', 'r');
add('qsort', 'wrrr');
add('bsearch', 'rr', 'value');

// Searching returns a pointer into the first argument, C11 7.24.5.
add('strchr strrchr strstr strpbrk memchr strchrnul index rindex strcasestr memrchr memmem', 'r', 'first', { mayBeNull: true });
add('basename dirname', 'w', 'first');

// Writing into the first argument and returning it, C11 7.24.2, 7.24.3.
add('strcpy strncpy strcat strncat memcpy memmove memset wcscpy wmemcpy', 'wr', 'first');
add('mempcpy stpcpy stpncpy', 'wr', 'first');
add('strlcpy strlcat', 'wr');
add('bzero explicit_bzero', 'w');
add('bcopy', 'rw');
add('sprintf vsprintf', 'wr');
add('snprintf vsnprintf', 'wrr');
add('sscanf', 'rw');
add('fscanf', 'ww');
add('scanf', 'rw');
add('read pread recv', 'rw');
add('fread', 'wrrw');
add('fgets', 'wrw', 'first', { mayBeNull: true });
add('getcwd', 'w', 'first', { mayBeNull: true });
add('fflush feof ferror fileno fgetc getc ftell fseek rewind clearerr', 'w');
add('readdir', 'w', 'static', { mayBeNull: true });
add('time gettimeofday clock_gettime nanosleep', 'w');
add('localtime_r gmtime_r', 'rw', 'value');
add('va_start va_end va_copy', 'w');

// Library storage that nobody frees.
add('strerror', 'r', 'static');
add('getenv secure_getenv strsignal ctime asctime localtime gmtime setlocale gai_strerror getpwnam getpwuid getlogin', 'r', 'static', { mayBeNull: true });
add('__errno_location __error', 'r', 'static');

// Locks and threads: the object stays the caller's; a new thread keeps its argument.
add('pthread_mutex_lock pthread_mutex_unlock pthread_mutex_trylock pthread_cond_signal pthread_cond_broadcast pthread_cond_wait pthread_rwlock_rdlock pthread_rwlock_wrlock pthread_rwlock_unlock', 'w');
add('pthread_mutex_init pthread_cond_init pthread_rwlock_init', 'wr');
add('pthread_mutex_destroy pthread_cond_destroy pthread_rwlock_destroy', 'w');
add('pthread_create', 'wrrk');
add('pthread_setspecific', 'rk');
add('putenv', 'k');
add('signal sigaction sigemptyset sigaddset sigfillset', 'rrw');
add('setbuf setvbuf', 'wk');

// The end of a path.
add('exit _exit _Exit quick_exit abort pthread_exit longjmp siglongjmp __builtin_unreachable __builtin_trap __assert_fail __assert_rtn err errx verr verrx', 'r', 'value', { noReturn: true });

export const libcNames = (): Iterable<string> => table.keys();

/** The row of a C library function. */
export const libcFunction = (name: string): LibcFunction | undefined => table.get(name.startsWith('__builtin_') && !table.has(name) ? name.slice(10) : name);

/** The letter for one parameter. */
export const libcParam = (row: LibcFunction, index: number): LibcParam => (row.params[Math.min(index, row.params.length - 1)] ?? 'r') as LibcParam;

/** Parameters that must point to something: these functions follow the pointer at once. Source: ISO C11 7.1.4, 7.21, 7.24; POSIX.1-2017 closedir, readdir, pclose. */
const nonNull: Readonly<Record<string, readonly number[]>> = {
  strlen: [0], strcpy: [0, 1], strcat: [0, 1], strcmp: [0, 1], strncmp: [0, 1], strcasecmp: [0, 1], strchr: [0], strrchr: [0], strstr: [0, 1], strdup: [0], atoi: [0], atol: [0], atof: [0], puts: [0],
  fclose: [0], pclose: [0], closedir: [0], readdir: [0], rewinddir: [0], fgets: [2], fputs: [0, 1], fputc: [1], fgetc: [0], fread: [3], fwrite: [3], fseek: [0], ftell: [0], rewind: [0], feof: [0], ferror: [0], fileno: [0],
};

/** Whether a function of the C library may not be given NULL there. */
export const refusesNull = (name: string, index: number): boolean => Object.hasOwn(nonNull, name) && nonNull[name]!.includes(index);
