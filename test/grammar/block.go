package p

/*
 Words before the first directive cannot be told from prose: int f(void);
#cgo LDFLAGS: -lm
#include <stdlib.h>
#  define SQUARE(x) ((x) * (x))

typedef unsigned int id_t;
enum color { RED = 1, GREEN = 'g' };

static inline void drop(char *p) { // int here
	if (p != NULL) free(p); //cgoguard:ignore use-after-free freed once, see above
}
*/
import "C"

func f() int { return int(C.RED) }

/* no C: return int */
