// Package p is used like this:
//
//	#include <stdio.h>
//	int main(void);
//
// and returns an int.
package p

import "C" //cgoguard:ignore missing-stdlib-include the header below has it

//export goCallback
func goCallback(n C.int) {}

// export goOther is no directive.
func goOther() {
	//cgoguard:ignore cstring-leak kept by C
	C.keep(C.CString("x"))
	//cgoguard:ignore
	_ = `
#include <raw.h>
//export raw
`
	_ = "//cgoguard:ignore in a string"
}

import (
	// #include <group.h>
	// int g(void);
	"C"
	"fmt"
)

//exported names are not exports
func last() { fmt.Println() }
