// Package greeter makes the mistakes that Cgo Guard finds.
package greeter

/*
#include <stdio.h>
#include <stdlib.h>

static int greet(const char *name) {
	return printf("Hello, %s!\n", name);
}
*/
import "C"

import (
	"errors"
	"unsafe"
)

// Greet never frees the C copy of name.
func Greet(name string) {
	cName := C.CString(name)
	C.greet(cName)
}

// GreetAll frees each copy, but not when greeting fails.
func GreetAll(names []string) error {
	for _, name := range names {
		cNext := C.CString(name)
		if C.greet(cNext) < 0 {
			return errors.New("greeting failed")
		}
		C.free(unsafe.Pointer(cNext))
	}
	return nil
}

// GreetOnce is right: nothing is reported here.
func GreetOnce(name string) {
	cName := C.CString(name)
	defer C.free(unsafe.Pointer(cName))
	C.greet(cName)
}
