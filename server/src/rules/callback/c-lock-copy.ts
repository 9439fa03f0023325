/** Rule c-lock-copy: C values with a mutex, a condition or a semaphore in them that Go copies. */
import { functionsThatCopyLocks, lockCopies, type LockCopy } from '../../flow/lock-copies.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const program = (body: string): string => go`
  package main

  // #include <pthread.h>
  // struct queue { pthread_mutex_t mu; int length; };
  import "C"

  var queue C.struct_queue

  func main() {
  	C.pthread_mutex_init(&queue.mu, nil)
  	${body}
  	C.pthread_mutex_lock(&q.mu)
  	q.length++
  	C.pthread_mutex_unlock(&q.mu)
  }
`;

export default defineRule({
  id: 'c-lock-copy',
  family: 'callback',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'C mutex, condition or semaphore copied by value',
  fix: { offered: 'never' },
  docs: {
    why: 'A mutex of C is the memory that it was initialised in: threads that wait for it wait at that address. What happens to a copy is undefined. It may be locked for ever, or two threads may believe to hold the same lock. Assigning a C struct, ranging over such structs and passing them by value copies the locks in them. The copylocks check of go vet does not know types of C.',
    advice: 'Work with a pointer: `q := &queue`, `for i := range queues { q := &queues[i] … }`, a pointer as parameter and receiver. To hand out data, copy the fields that are data.',
    limits: 'Known are the types of POSIX threads and semaphores, those of threads.h, and structs in view that hold one. Values that a call returns or a literal makes are new and no copy.',
    references: [
      { title: 'POSIX: pthread_mutex_init', url: 'https://pubs.opengroup.org/onlinepubs/9699919799/functions/pthread_mutex_init.html' },
      { title: 'POSIX: sem_init', url: 'https://pubs.opengroup.org/onlinepubs/9699919799/functions/sem_init.html' },
    ],
  },
  examples: [{ title: 'A struct with a mutex', bad: { 'main.go': program('q := queue') }, good: { 'main.go': program('q := &queue') }, byFix: false }],
  subject: 'package',
  *check({ flow }) {
    for (const fn of functionsThatCopyLocks(flow)) {
      for (const fact of lockCopies(fn, flow)) yield { file: fn.file, top: fn.top, span: fact.span, message: message(fact) };
    }
  },
});

function message({ how, type, lock }: LockCopy): string {
  const what = type === `C.${lock}` ? `a ${lock}` : `the ${lock} in ${type}`;
  switch (how) {
    case 'assigned':
      return `This copies ${what}: a copy of a lock is none. Keep a pointer to it.`;
    case 'passed':
      return `This passes ${what} by value: the callee gets a copy of the lock, which is none. Pass a pointer.`;
    case 'returned':
      return `This returns ${what} by value: the caller gets a copy of the lock, which is none. Return a pointer.`;
    case 'ranged':
      return `Each round copies ${what}: a copy of a lock is none. Range over the index and take the address.`;
    case 'parameter':
      return `This parameter is ${what} by value: every call copies the lock. Take a pointer.`;
    case 'receiver':
      return `The receiver is a copy of ${type} with the ${lock} in it: every call copies the lock. Use a pointer receiver.`;
  }
}
