package greeter

/*
#include <stdlib.h>
#include <string.h>

typedef struct {
	char *text;
	size_t length;
} message;

static message *message_new(const char *text) {
	message *m = malloc(sizeof *m);
	if (m == NULL) return NULL;
	m->text = strdup(text);
	m->length = m->text == NULL ? 0 : strlen(text);
	return m;
}

static void message_free(message *m) {
	free(m->text);
	free(m);
}
*/
import "C"

import "unsafe"

// Message owns C memory, but has no Close method that gives it back.
type Message struct {
	handle *C.message
}

// NewMessage copies text to C.
func NewMessage(text string) *Message {
	cText := C.CString(text)
	defer C.free(unsafe.Pointer(cText))
	return &Message{handle: C.message_new(cText)}
}

// Last returns a Go view of memory that is gone.
func Last(text string) []byte {
	cText := C.CString(text)
	m := C.message_new(cText)
	C.free(unsafe.Pointer(cText))
	view := unsafe.Slice((*byte)(unsafe.Pointer(m.text)), int(m.length))
	C.message_free(m)
	return view
}
