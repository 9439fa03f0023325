package shelf

// #include <stdlib.h>
import "C"

import "unsafe"

// freeShelf is in a file of its own, so that whoever misses it believes that Close leaks.
func freeShelf(p unsafe.Pointer) {
	C.free(p)
}
