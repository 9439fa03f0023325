/** Predeclared names of Go, and functions that do not return. Source: Go spec "Predeclared identifiers"; package docs. */
import type { Type } from './types.ts';

export const builtinFunctions = new Set(['append', 'cap', 'clear', 'close', 'complex', 'copy', 'delete', 'imag', 'len', 'make', 'max', 'min', 'new', 'panic', 'print', 'println', 'real', 'recover']);

export const basicTypes = new Set([
  'any', 'bool', 'byte', 'comparable', 'complex64', 'complex128', 'error', 'float32', 'float64', 'int', 'int8', 'int16', 'int32', 'int64', 'rune',
  'string', 'uint', 'uint8', 'uint16', 'uint32', 'uint64', 'uintptr',
]);

export const constants = new Set(['nil', 'true', 'false', 'iota']);

/** Standard library functions that end the goroutine or the process. */
export function isNoReturn(pkg: string, name: string): boolean {
  switch (pkg) {
    case 'os':
    case 'syscall':
      return name === 'Exit';
    case 'runtime':
      return name === 'Goexit';
    case 'C':
      return name === 'exit' || name === '_exit' || name === '_Exit' || name === 'abort' || name === 'quick_exit';
    case 'log':
      return /^(?:Fatal|Panic)/.test(name);
    default:
      // Logging libraries follow the standard one; ending the path where one does not costs a finding, never adds one.
      return /^Fatal(?:f|ln|w)?$/.test(name);
  }
}

/** Methods that end the goroutine: testing.T and loggers modelled on package log. */
export const isNoReturnMethod = (name: string): boolean => /^(?:Fatal(?:f|ln|w)?|Panic(?:f|ln)?|FailNow|Skip(?:f|Now)?)$/.test(name);

/** Types of fields of the standard library: the pixels of images. Source: package image. */
export function standardField(pkg: string, type: string, field: string): Type | undefined {
  const pixels = (type === 'YCbCr' || type === 'NYCbCrA' ? /^(?:Y|Cb|Cr|A)$/ : /^Pix$/).test(field);
  return pkg === 'image' && pixels ? { k: 'slice', elem: { k: 'named', name: 'byte' } } : undefined;
}

/** Result types of functions of the standard library that the analyses need to know. */
export function standardResults(pkg: string, name: string): readonly Type[] | undefined {
  const pointer: Type = { k: 'named', pkg: 'unsafe', name: 'Pointer' };
  switch (`${pkg}.${name}`) {
    case 'unsafe.Add':
      return [pointer];
    case 'unsafe.String':
      return [{ k: 'named', name: 'string' }];
    case 'os.ReadFile':
    case 'io.ReadAll':
      return [{ k: 'slice', elem: { k: 'named', name: 'byte' } }, { k: 'named', name: 'error' }];
    case 'reflect.ValueOf':
      return [{ k: 'named', pkg: 'reflect', name: 'Value' }];
    case 'runtime/cgo.NewHandle':
      return [{ k: 'named', pkg: 'runtime/cgo', name: 'Handle' }];
    case 'C.CString':
      return [{ k: 'pointer', elem: { k: 'named', pkg: 'C', name: 'char' } }];
    case 'C.CBytes':
    case 'C.malloc':
    case 'C.calloc':
    case 'C.realloc':
      return [pointer];
    case 'C.GoString':
    case 'C.GoStringN':
      return [{ k: 'named', name: 'string' }];
    case 'C.GoBytes':
      return [{ k: 'slice', elem: { k: 'named', name: 'byte' } }];
    case 'C.strdup':
    case 'C.strndup':
      return [{ k: 'pointer', elem: { k: 'named', pkg: 'C', name: 'char' } }];
    default:
      return undefined;
  }
}
