/** Rule pointer-field: a struct field that gets a C resource which nothing in the package ever releases. */
import { deallocatorOf } from '../../flow/deallocators.ts';
import { fieldOwners } from '../../flow/field-owners.ts';
import { closeMethod } from '../../lint/fixes/close-method.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import type { GoType } from '../../semantics/package-model.ts';
import { isCPointer, isUnsafePointer, type Type } from '../../semantics/types.ts';

const example = (close: string): string => go`
  package main

  // #include <stdlib.h>
  import "C"

  import "unsafe"

  // Arena is a block of C memory.
  type Arena struct {
  	base unsafe.Pointer
  }
  ${close}
  // NewArena allocates n bytes.
  func NewArena(n int) *Arena {
  	return &Arena{base: C.malloc(C.size_t(n))}
  }

  func main() {
  	_ = NewArena(64)
  }
`;

export default defineRule({
  id: 'pointer-field',
  family: 'pointer',
  severity: 'warning',
  confidence: 'likely',
  status: 'stable',
  since: '0.1.0',
  summary: 'Struct field that holds a C resource which nothing in the package releases',
  fix: { offered: 'sometimes', safety: 'unsafe', because: 'whoever uses the type must call the new method' },
  docs: {
    why: 'A Go struct may hold a C pointer, but the garbage collector ignores where it leads, because that is no Go memory: when the struct is collected, the C memory behind it stays. There is no function that makes the collector adopt C memory. A type that gets a C resource in its constructor therefore needs exactly one way to give it back.',
    advice: 'Give the type a `Close` method that releases the field once and clears it. As a safety net add `runtime.AddCleanup(x, func(p *C.T) { C.t_free(p) }, x.p)` (Go 1.24) or `runtime.SetFinalizer(x, (*T).Close)`, and then mind missing-keepalive.',
    limits: 'Reported only where a constructor visibly allocates (malloc family, C.CString, a C body in view, or a name such as x_new, x_create, x_open) and every file of the package was read. Fields that borrow from a parameter or another object, values that are handed on, objects kept in package variables and generated files are left alone.',
    references: [
      { title: 'Go GC guide: finalizers, cleanups and weak pointers', url: 'https://go.dev/doc/gc-guide#Finalizers_cleanups_and_weak_pointers' },
      { title: 'cmd/cgo: Passing pointers', url: 'https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers' },
    ],
  },
  examples: [
    {
      title: 'A constructor without a Close',
      bad: { 'main.go': example('') },
      good: {
        'main.go': example(go`

          // Close releases the C memory behind base. It may be called more than once.
          func (a *Arena) Close() {
          	if a.base != nil {
          		C.free(a.base)
          		a.base = nil
          	}
          }
        `),
      },
      byFix: false,
    },
  ],
  subject: 'package',
  *check({ flow, model }) {
    if (!model.complete) return;
    const owners = fieldOwners(flow);
    for (const [name, variants] of model.types) {
      const type = variants[0]!;
      if (type.file.generated || !type.file.cImport || type.alias) continue;
      for (const field of model.shape.fields(name) ?? []) {
        const made = owners.constructed.filter((one) => one.type === name && one.field === field.name && !one.processWide);
        const first = made[0];
        if (!first || !holdsPointer(field.type) || owners.isReleased(name, field.name, field.type)) continue;
        const deallocator = deallocatorOf(first, model);
        const members = new Set([...(model.shape.fields(name) ?? []).map((f) => f.name), ...[...model.functions.keys()].filter((key) => key.startsWith(`${name}.`)).map((key) => key.slice(name.length + 1))]);
        const receiver = [...model.functions.values()].flat().find((fn) => fn.recv === name)?.decl.recv?.name;
        yield {
          file: type.file,
          top: type.top,
          span: { start: field.s, end: field.e },
          message: `${name}.${field.name} gets a C resource from ${first.maker}, and nothing in this package ever releases it: the garbage collector does not.`,
          trace: [...(first.at ? [{ place: first.at, text: `${first.maker} gets it here` }] : []), { place: { unit: first.unit, span: first.span }, text: `the resource from ${first.maker} goes into the field here` }],
          fixes: deallocator === undefined ? [] : [
            {
              title: `Add a Close method that calls C.${deallocator}`,
              safety: 'unsafe',
              because: `whoever uses ${name} must call it`,
              edits: (file) =>
                closeMethod(
                  file,
                  { type: name, typeParams: typeParamsOf(type), declaration: { start: type.top.start, end: type.top.end }, ...(receiver !== undefined ? { receiver } : {}), field: field.name, empty: isCPointer(field.type) ? 'nil' : '0', members },
                  { convert: deallocator === 'free' && !isUnsafePointer(field.type), release: `C.${deallocator}` },
                ),
            },
          ],
        };
      }
    }
  },
});

function typeParamsOf(type: GoType): readonly string[] {
  const { decl } = type.top.syntax;
  return decl.k === 'TypeDecl' ? (decl.specs.find((spec) => spec.name === type.name)?.params ?? []) : [];
}

const holdsPointer = (type: Type): boolean => isCPointer(type) || (type.k === 'named' && type.pkg === undefined && type.name === 'uintptr');
