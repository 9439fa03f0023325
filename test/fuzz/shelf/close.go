package shelf

/*
#include <stdint.h>
#include <stdlib.h>

typedef struct cursor {
	uintptr_t owner;
	int at;
} cursor;

static cursor *cursor_new(void) { return calloc(1, sizeof(cursor)); }
static void cursor_free(cursor *c) { free(c); }
static int cursor_next(cursor *c) { return ++c->at; }
static int cursor_skip(cursor *c, int by) { return c->at += by; }
*/
import "C"

import (
	"runtime"
	"unsafe"
)

// Cursor frees itself when it is collected.
type Cursor struct {
	ptr *C.cursor
}

// NewCursor makes a cursor.
func NewCursor() *Cursor {
	c := &Cursor{ptr: C.cursor_new()}
	runtime.SetFinalizer(c, (*Cursor).release)
	return c
}

// NewPinned makes a cursor that its own cleanup keeps alive for ever.
func NewPinned() *Cursor {
	c := &Cursor{ptr: C.cursor_new()}
	runtime.AddCleanup(c, func(int) {
		C.cursor_free(c.ptr)
	}, 0)
	return c
}

func (c *Cursor) release() {
	C.cursor_free(c.ptr)
	c.ptr = nil
}

// Next keeps the cursor alive.
func (c *Cursor) Next() int {
	at := C.cursor_next(c.ptr)
	runtime.KeepAlive(c)
	return int(at)
}

// Skip may lose it during the call.
func (c *Cursor) Skip(by int) int {
	return int(C.cursor_skip(c.ptr, C.int(by)))
}

// Close frees the table.
func (s *Shelf) Close() {
	if s.ptr != nil {
		freeShelf(unsafe.Pointer(s.ptr))
		s.ptr = nil
	}
}

func freeText(text *C.char) {
	if text != nil {
		C.free(unsafe.Pointer(text))
	}
}

//export onRecord
func onRecord(id C.int) C.int {
	if id < 0 {
		panic("shelf: bad record")
	}
	return id + 1
}

//export onRecordGuarded
func onRecordGuarded(id C.int) (rc C.int) {
	defer func() {
		if recover() != nil {
			rc = -1
		}
	}()
	if id < 0 {
		panic("shelf: bad record")
	}
	return 0
}
