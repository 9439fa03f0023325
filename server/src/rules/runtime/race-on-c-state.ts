/** Rule race-on-c-state: state shared with C between threads, without a lock in sight. */
import { type EndInUse, endsInUse } from '../../flow/ends-in-use.ts';
import { type RaceFact, raceFacts, racingFunctions, registryRaces } from '../../flow/races.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

export default defineRule({
  id: 'race-on-c-state',
  family: 'runtime',
  severity: 'info',
  confidence: 'possible',
  status: 'stable',
  since: '0.1.0',
  summary: 'C state, or a registry that callbacks read, used without a lock',
  fix: { offered: 'never' },
  docs: {
    why: 'Goroutines run on many threads, and C libraries call back on threads of their own. Variables of C, functions such as `localtime` that answer in memory of the process, and Go maps in which callbacks look things up need a lock like everything shared. The race detector does not see what C reads and writes.',
    advice: 'Guard all uses with one mutex, use the `_r` variant of the function, or make a registry a `sync.Map`. Return C errors and results by value.',
    limits: 'Information: whether several goroutines come here is not known. Functions that take a lock, use sync or send on a channel, also through a helper, are left alone, and so are init, main and functions with "locked" in their name. Of a type’s methods the few are told that call C without a lock when at least six and six times as many take one. A goroutine under which an object is ended has to call C on its field in a loop, and the method that ends it must not wait for anything.',
    references: [
      { title: 'The Go memory model', url: 'https://go.dev/ref/mem' },
      { title: 'attributes(7): POSIX safety concepts', url: 'https://man7.org/linux/man-pages/man7/attributes.7.html' },
    ],
  },
  examples: [
    {
      title: 'A registry that callbacks read',
      bad: {
        'main.go': go`
          package main

          // typedef void (*callback)(int);
          import "C"

          var handlers = map[C.int]func(){}

          func register(id C.int, f func()) {
          	handlers[id] = f
          }

          //export goFire
          func goFire(id C.int) {
          	if f := handlers[id]; f != nil {
          		f()
          	}
          }

          func main() {
          	register(1, func() {})
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // typedef void (*callback)(int);
          import "C"

          import "sync"

          var (
          	mu       sync.Mutex
          	handlers = map[C.int]func(){}
          )

          func register(id C.int, f func()) {
          	mu.Lock()
          	defer mu.Unlock()
          	handlers[id] = f
          }

          //export goFire
          func goFire(id C.int) {
          	mu.Lock()
          	f := handlers[id]
          	mu.Unlock()
          	if f != nil {
          		f()
          	}
          }

          func main() {
          	register(1, func() {})
          }
        `,
      },
      byFix: false,
    },
  ],
  subject: 'package',
  *check({ flow, model }) {
    for (const fn of racingFunctions(flow)) {
      for (const fact of raceFacts(fn, flow)) yield { file: fn.file, top: fn.top, span: fact.span, message: message(fact) };
    }
    for (const fn of flow.functionsWhere('ends in use', (one) => endsInUse(one, flow).some(({ how }) => how !== 'lock'))) {
      for (const end of endsInUse(fn, flow)) {
        if (end.how === 'lock') continue;
        yield { file: fn.file, top: fn.top, span: end.span, message: endMessage(end), trace: [{ place: end.usedAt, text: end.how === 'key' ? 'released here' : 'used here in a goroutine' }] };
      }
    }
    for (const { fn, fact } of model.files.some((file) => file.cImport) ? registryRaces(flow) : []) yield { file: fn.file, top: fn.top, span: fact.span, message: message(fact) };
  },
});

function endMessage({ how, type, field, ender, user }: EndInUse): string {
  return how === 'key'
    ? `${type}.${field} is taken out of the registry after C.${ender} has released it: by then another goroutine may have got the same address, whose entry is removed. Do it before.`
    : `C.${ender} ends ${type}.${field} without waiting for the goroutine that calls C.${user} on it in a loop: it may be in C at that time.`;
}

function message({ how, name, other }: RaceFact): string {
  switch (how) {
    case 'library':
      return `C.${name} uses state of the process and is not safe to call from several threads: guard it with a lock, or use a variant that is.`;
    case 'variable':
      return `${name} is written in a goroutine without a lock: other threads, and C, see it at any time.`;
    case 'registry':
      return `${name} is changed here without a lock, while C may call ${other ?? ''}, which reads it, on another thread.`;
    case 'method':
      return `This method of ${name} calls C without the lock that ${other ?? ''} others take first.`;
  }
}
