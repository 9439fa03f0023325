// Package shelf keeps records in a table that C owns.
package shelf

/*
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct shelf {
	char *label;
	int count;
} shelf;

typedef struct {
	uint32_t id;
	uint32_t size;
} record_head;

static shelf *shelf_new(const char *label) {
	shelf *s = calloc(1, sizeof *s);
	if (s != NULL) {
		s->label = strdup(label);
	}
	return s;
}

static void shelf_free(shelf *s) {
	free(s->label);
	free(s);
}

static int shelf_put(shelf *s, const char *key, size_t size) {
	s->count += strlen(key) < size ? 1 : 0;
	return s->count;
}

static const char *shelf_label(const shelf *s) { return s->label; }

// Takes the text.
static int shelf_rename(shelf *s, char *text) {
	int differs = strcmp(s->label, text) != 0;
	free(text);
	return differs;
}

static char *shelf_report(const shelf *s) {
	char *out = malloc(strlen(s->label) + 16);
	strcpy(out, s->label);
	return out;
}

static int shelf_fill(void *out, size_t size) {
	memset(out, 0, size);
	return size > 64 ? -1 : 0;
}

static void *shelf_page(const shelf *s, int *size) {
	*size = 64;
	return s->label;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"
)

var errFull = errors.New("shelf: full")

const maxKey = 64

// Shelf is a table with a label. Its Close is in close.go.
type Shelf struct {
	ptr  *C.shelf
	keys map[string]int
}

// Borrowed is a view of a Shelf that somebody else closes.
type Borrowed struct {
	parent *Shelf
	ptr    *C.shelf
}

// Lost has nobody who frees what it holds.
type Lost struct {
	ptr *C.shelf
}

// Open makes a shelf.
func Open(label string) (*Shelf, error) {
	if label == "" {
		return nil, errors.New("shelf: no label")
	}
	text := C.CString(label)
	defer C.free(unsafe.Pointer(text))
	ptr := C.shelf_new(text)
	if ptr == nil {
		return nil, errFull
	}
	return &Shelf{ptr: ptr, keys: map[string]int{}}, nil
}

// OpenLost makes one that leaks.
func OpenLost(label string) *Lost {
	text := C.CString(label)
	defer freeText(text)
	return &Lost{ptr: C.shelf_new(text)}
}

// Put stores a key and forgets its text when the key is too long.
func (s *Shelf) Put(key string) error {
	text := C.CString(key)
	if len(key) > maxKey {
		return fmt.Errorf("shelf: key %q is too long", key)
	}
	count := C.shelf_put(s.ptr, text, C.size_t(len(key)))
	C.free(unsafe.Pointer(text))
	s.keys[key] = int(count)
	return nil
}

// PutAll stores keys one after the other.
func (s *Shelf) PutAll(keys []string) (stored int, err error) {
	for i, key := range keys {
		if err := check(key); err != nil {
			return i, err
		}
		text := C.CString(key)
		switch count := C.shelf_put(s.ptr, text, maxKey); {
		case count < 0:
			freeText(text)
			return i, errFull
		case count == 0:
			stored--
		default:
			stored++
		}
		freeText(text)
	}
	return stored, nil
}

// Rename hands the text over to C.
func (s *Shelf) Rename(label string) bool {
	return C.shelf_rename(s.ptr, C.CString(label)) != 0
}

// Report copies what C made and frees it.
func (s *Shelf) Report() string {
	report := C.shelf_report(s.ptr)
	defer func() {
		C.free(unsafe.Pointer(report))
	}()
	return C.GoString(report)
}

// Label reads its text after it is freed.
func Label(label string) string {
	text := C.CString(label)
	C.free(unsafe.Pointer(text))
	return C.GoString(text)
}

// Page shows C memory with the capacity of the whole address space.
func (s *Shelf) Page() []byte {
	var size C.int
	page := C.shelf_page(s.ptr, &size)
	if page == nil {
		return nil
	}
	return (*[1 << 28]byte)(page)[:size]
}

// Head reads a header from bytes that may be too few.
func Head(data []byte) (id, size uint32) {
	head := (*C.record_head)(unsafe.Pointer(&data[0]))
	return uint32(head.id), uint32(head.size)
}

// HeadChecked tests the length first.
func HeadChecked(data []byte) (uint32, bool) {
	if len(data) < C.sizeof_record_head {
		return 0, false
	}
	head := (*C.record_head)(unsafe.Pointer(&data[0]))
	return uint32(head.id), true
}

// Borrow hands out a view.
func (s *Shelf) Borrow() *Borrowed {
	return &Borrowed{parent: s, ptr: s.ptr}
}

// Scratch works in C memory and forgets it when it fails.
func Scratch(size int) error {
	buffer := C.malloc(C.size_t(size))
	if C.shelf_fill(buffer, C.size_t(size)) < 0 {
		return errFull
	}
	C.free(buffer)
	return nil
}

func check(key string) error {
	if len(key) > maxKey {
		return errFull
	}
	runtime.Gosched()
	return nil
}
