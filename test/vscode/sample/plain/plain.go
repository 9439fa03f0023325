// Package plain has nothing to do with C.
package plain

// Double is ordinary Go.
func Double(n int) int {
	return n * 2
}
