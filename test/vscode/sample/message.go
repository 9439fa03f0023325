package greeter

/*
#include <ctype.h>
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

static void shout(char *text) {
	for (; *text; text++) *text = toupper(*text);
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

// Shout reads C memory after it was freed.
func Shout(text string) string {
	cText := C.CString(text)
	C.shout(cText)
	C.free(unsafe.Pointer(cText))
	return C.GoString(cText)
}

// View returns a Go slice over C memory that is gone when the caller reads it.
func View(text string) []byte {
	cText := C.CString(text)
	defer C.free(unsafe.Pointer(cText))
	return unsafe.Slice((*byte)(unsafe.Pointer(cText)), len(text))
}
