package greeter

/*
typedef void (*listener)(int);
extern void onGreeted(int count);
*/
import "C"

var listeners []func(int)

// A panic in a listener would unwind through C.
//
//export onGreeted
func onGreeted(count C.int) {
	for _, listen := range listeners {
		listen(int(count))
	}
}
