/** Writes one large cgo file as a binding of a big C library would look: many declarations of many kinds, few of them hazards. */
import { random } from './random.ts';
import type { Random } from './random.ts';

/** Writes one declaration; `id` makes its names unique. */
type Kind = (id: number, chance: Random) => string;

const nouns: readonly [string, ...string[]] = ['Stream', 'Frame', 'Packet', 'Track', 'Codec', 'Filter', 'Device', 'Sample', 'Buffer', 'Clock'];
const verbs: readonly [string, ...string[]] = ['set', 'get', 'read', 'seek', 'probe', 'flush', 'apply', 'count'];

const head = `// Package media is generated for measurements.
package media

/*
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct stream {
	int id;
	size_t length;
	char *name;
} stream;

typedef struct {
	uint32_t kind;
	uint32_t size;
} chunk_head;

static stream *stream_open(const char *path, int flags) {
	stream *s = calloc(1, sizeof *s);
	if (s != NULL) {
		s->name = strdup(path);
		s->id = flags;
	}
	return s;
}

static void stream_close(stream *s) {
	if (s == NULL) return;
	free(s->name);
	free(s);
}

static int stream_set(stream *s, const char *key, int value) { return s->id += value + (int)strlen(key); }
static int stream_get(stream *s, const char *key) { return s->id + (int)strlen(key); }
static int stream_read(stream *s, void *out, size_t size) { memset(out, s->id, size); return (int)size; }
static int stream_seek(stream *s, int at) { return s->id = at; }
static int stream_probe(const void *data, int size) { return data != NULL && size > 0; }
static int stream_flush(stream *s) { return s->id; }
static const char *stream_name(stream *s) { return s->name; }
static char *stream_report(stream *s) { return strdup(s->name); }
static int stream_args(int count, char **values) { return count + (values != NULL); }
static void *stream_data(stream *s, int *size) { *size = (int)s->length; return s->name; }
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"sort"
	"strings"
	"sync"
	"unsafe"
)

var (
	errOpen = errors.New("media: cannot open")
	errRead = errors.New("media: cannot read")
)

func freeText(text *C.char) {
	C.free(unsafe.Pointer(text))
}

func status(code C.int) error {
	if code < 0 {
		return fmt.Errorf("media: code %d", int(code))
	}
	return nil
}
`;

const resource: Kind = (id, chance) => {
  const name = `${chance.pick(nouns)}${id}`;
  return `// ${name} owns a stream until it is closed or collected.
type ${name} struct {
	ptr   *C.stream
	mu    sync.Mutex
	label string
	reads int
}

// Open${name} opens the stream at path.
func Open${name}(path string, flags int) (*${name}, error) {
	text := C.CString(path)
	defer C.free(unsafe.Pointer(text))
	ptr := C.stream_open(text, C.int(flags))
	if ptr == nil {
		return nil, errOpen
	}
	s := &${name}{ptr: ptr, label: path}
	runtime.SetFinalizer(s, (*${name}).Close)
	return s, nil
}

// Close may be called twice.
func (s *${name}) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ptr == nil {
		return
	}
	runtime.SetFinalizer(s, nil)
	C.stream_close(s.ptr)
	s.ptr = nil
}

// Seek moves to a position.
func (s *${name}) Seek(at int) error {
	code := C.stream_seek(s.ptr, C.int(at))
	runtime.KeepAlive(s)
	return status(code)
}

// Label reads the name again.
func (s *${name}) Label() string {
	defer runtime.KeepAlive(s)
	if name := C.stream_name(s.ptr); name != nil {
		return C.GoString(name)
	}
	return s.label
}
`;
};

const textCall: Kind = (id, chance) => {
  const verb = chance.pick(['set', 'get'] as const);
  const extra = verb === 'set' ? `, C.int(${chance.below(90)})` : '';
  return `func ${verb}Option${id}(s *C.stream, key string, limit int) (int, error) {
	if len(key) > limit {
		return 0, fmt.Errorf("media: option %q is longer than %d", key, limit)
	}
	text := C.CString(strings.ToLower(key))
	defer freeText(text)
	code := C.stream_${verb}(s, text${extra})
	if err := status(code); err != nil {
		return 0, err
	}
	return int(code), nil
}
`;
};

const earlyFree: Kind = (id, chance) => `func probePath${id}(path string, retries int) error {
	text := C.CString(path)
	var last error
	for try := 0; try < retries; try++ {
		s := C.stream_open(text, C.int(try+${chance.below(9)}))
		if s == nil {
			last = errOpen
			continue
		}
		if last = status(C.stream_flush(s)); last == nil {
			C.stream_close(s)
			C.free(unsafe.Pointer(text))
			return nil
		}
		C.stream_close(s)
	}
	C.free(unsafe.Pointer(text))
	return last
}
`;

const leaks: Kind = (id) => `func leakyPath${id}(path string) error {
	text := C.CString(path)
	s := C.stream_open(text, 0)
	if s == nil {
		return errOpen
	}
	C.free(unsafe.Pointer(text))
	C.stream_close(s)
	return nil
}
`;

const scratch: Kind = (id, chance) => `func readBlock${id}(s *C.stream, size int) ([]byte, error) {
	block := C.malloc(C.size_t(size) + ${chance.below(64)})
	defer C.free(block)
	read := C.stream_read(s, block, C.size_t(size))
	switch {
	case read < 0:
		return nil, errRead
	case int(read) < size:
		return C.GoBytes(block, read), nil
	}
	return C.GoBytes(block, C.int(size)), nil
}
`;

const view: Kind = (id) => `func sum${id}(s *C.stream) (total uint64) {
	var size C.int
	data := C.stream_data(s, &size)
	if data == nil || size <= 0 {
		return 0
	}
	for _, b := range unsafe.Slice((*byte)(data), int(size)) {
		total = total*31 + uint64(b)
	}
	return total
}
`;

const list: Kind = (id) => `func passAll${id}(values []string) error {
	texts := make([]*C.char, len(values))
	for i, value := range values {
		texts[i] = C.CString(value)
	}
	defer func() {
		for _, text := range texts {
			C.free(unsafe.Pointer(text))
		}
	}()
	if len(texts) == 0 {
		return nil
	}
	return status(C.stream_args(C.int(len(texts)), &texts[0]))
}
`;

const header: Kind = (id) => `func chunk${id}(data []byte) (kind, size uint32, err error) {
	if len(data) < C.sizeof_chunk_head {
		return 0, 0, errRead
	}
	head := (*C.chunk_head)(unsafe.Pointer(&data[0]))
	return uint32(head.kind), uint32(head.size), nil
}
`;

const callback: Kind = (id, chance) => `//export onEvent${id}
func onEvent${id}(kind, value C.int) (code C.int) {
	defer func() {
		if r := recover(); r != nil {
			code = -1
		}
	}()
	if kind > ${chance.below(40)} {
		panic(fmt.Sprintf("media: event %d", int(kind)))
	}
	return kind + value
}
`;

const report: Kind = (id) => `func report${id}(s *C.stream, w *strings.Builder) int {
	text := C.stream_report(s)
	if text == nil {
		return 0
	}
	n, _ := w.WriteString(C.GoString(text))
	C.free(unsafe.Pointer(text))
	return n
}
`;

const names: Kind = (id, chance) => {
  const count = 6 + chance.below(18);
  const cases = Array.from({ length: count }, (_, i) => `\tcase ${i * 3 + chance.below(3)}:\n\t\treturn "${chance.pick(verbs)}-${i}"\n`);
  return `func eventName${id}(code int) string {\n\tswitch code {\n${cases.join('')}\t}\n\treturn fmt.Sprintf("event %d", code)\n}\n`;
};

const table: Kind = (id, chance) => {
  const count = 5 + chance.below(20);
  const row = (): string => `\t{"${chance.pick(verbs)}", ${chance.below(1000)}, ${chance.pick(['true', 'false'])}},\n`;
  return `var presets${id} = []struct {\n\tname  string\n\tvalue int\n\tfast  bool\n}{\n${Array.from({ length: count }, row).join('')}}\n`;
};

const plain: Kind = (id, chance) => `func rank${id}(lines []string, keep func(string) bool) (ranked []string, skipped int) {
	seen := map[string]int{}
	for at, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || !keep(line) {
			skipped++
			continue
		}
		if before, ok := seen[line]; ok && at-before < ${chance.below(100)} {
			continue
		}
		seen[line] = at
		ranked = append(ranked, line)
	}
	sort.Slice(ranked, func(i, j int) bool {
		return seen[ranked[i]] < seen[ranked[j]]
	})
	return ranked, skipped
}
`;

const worker: Kind = (id, chance) => `func pump${id}(in <-chan []byte, done <-chan struct{}) <-chan int {
	out := make(chan int, ${1 + chance.below(8)})
	go func() {
		defer close(out)
		for {
			select {
			case data, ok := <-in:
				if !ok {
					return
				}
				if len(data) > 0 && C.stream_probe(unsafe.Pointer(&data[0]), C.int(len(data))) != 0 {
					out <- len(data)
				}
			case <-done:
				return
			}
		}
	}()
	return out
}
`;

const kinds: readonly [Kind, ...Kind[]] = [
  resource, textCall, textCall, textCall, earlyFree, scratch, scratch, view, list, header, callback, report, names, table, plain, plain, worker,
];

/** How many declarations stand between two that leak on one of their paths. */
const hazardEvery = 25;

/** A Go file of at least `lines` lines that gofmt and the compiler accept. It ends with a function that leaks. */
export function generateCgoFile(lines: number, seed = 1): string {
  const chance = random(seed);
  const parts = [head];
  let count = linesOf(head);
  const last = leaks(0, chance);
  for (let id = 1; count + linesOf(last) < lines; id++) {
    const kind = id % hazardEvery === 0 ? leaks : chance.pick(kinds);
    const part = kind(id, chance);
    parts.push(part);
    count += linesOf(part);
  }
  return [...parts, last].join('\n');
}

/** Lines of a part and the empty one that separates it from the next. */
const linesOf = (part: string): number => part.split('\n').length;
