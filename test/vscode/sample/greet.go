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

// GreetTwice frees the copy, but not when the first greeting fails.
func GreetTwice(name string) error {
	cTwice := C.CString(name)
	if C.greet(cTwice) < 0 {
		return errors.New("greeting failed")
	}
	C.greet(cTwice)
	C.free(unsafe.Pointer(cTwice))
	return nil
}

// GreetOnce is right: nothing is reported here.
func GreetOnce(name string) {
	cName := C.CString(name)
	defer C.free(unsafe.Pointer(cName))
	C.greet(cName)
}
