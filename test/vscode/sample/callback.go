package greeter

/*
extern void onGreeted(int listener, int count);
*/
import "C"

var listeners = map[int]func(int){}

// A panic that leaves this function unwinds through the frames of C.
//
//export onGreeted
func onGreeted(listener, count C.int) {
	listen, ok := listeners[int(listener)]
	if !ok {
		panic("no such listener")
	}
	listen(int(count))
}
