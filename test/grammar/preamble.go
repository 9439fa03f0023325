// Package p shows a preamble of line comments.
package p

// #cgo CFLAGS: -DPNG_DEBUG=1 -I${SRCDIR}/include
// #cgo linux,!android LDFLAGS: -L. -lpng "-Wl,-rpath,x y"
// #cgo pkg-config: png cairo
// #cgo noescape twice
// #include <stdlib.h>
// #include "local.h"
// #define LIMIT 0x10 // at most
// #ifdef _WIN32
// #error no windows
// #endif
//
// /* a comment
//    of two lines */
// static const char *twice(struct foo *f, size_t n) {
// 	return n > 2 ? "a\"b" : NULL;
// }
import "C"

import "unsafe"

var x = unsafe.Pointer(nil) // #include <here.h> is no directive
