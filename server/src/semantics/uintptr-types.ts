/** C pointer types that cgo gives Go as uintptr, because their values need not be addresses. Source: cmd/cgo, "Special cases"; cmd/cgo/gcc.go, badPointerTypedef. */
import type { CUnit } from '../syntax/c/c-facts.ts';
import type { CView } from './c-view.ts';

/** The parent of each JNI type that cgo knows. */
const jni: Readonly<Record<string, string>> = {
  jclass: 'jobject', jthrowable: 'jobject', jstring: 'jobject', jarray: 'jobject', jweak: 'jobject',
  jbooleanArray: 'jarray', jbyteArray: 'jarray', jcharArray: 'jarray', jshortArray: 'jarray', jintArray: 'jarray', jlongArray: 'jarray', jfloatArray: 'jarray', jdoubleArray: 'jarray', jobjectArray: 'jarray',
};

const names = `(?:EGLDisplay|EGLConfig|jobject|${Object.keys(jni).join('|')}|C[FG][A-Z]\\w*Ref)\\b`;
const inFull = new RegExp(`^${names}$`);
const inC = new RegExp(`\\b${names}`);

/** Whether a C name looks like one of these types: where Go mentions none there is nothing to ask. */
export const mayBeUintptr = (name: string): boolean => inFull.test(name);

const units = new WeakMap<CUnit, boolean>();

/** Whether anything that a C unit declares has a type that looks like one of these. */
export function mayDeclareUintptr(unit: CUnit): boolean {
  let found = units.get(unit);
  if (found === undefined) {
    const isOne = ({ type }: { readonly type: string }): boolean => inC.test(type);
    found = [...unit.prototypes, ...unit.functions].some(({ params, result }) => isOne(result) || params.some(isOne)) || unit.structs.some(({ fields }) => fields?.some(isOne) === true);
    units.set(unit, found);
  }
  return found;
}

/** Which family of special types a C type belongs to; `undefined` for every other. A typedef in view has to look as cgo demands; one that is not in view is taken by its name. */
export function uintptrFamily(c: CView, name: string): 'EGL' | 'JNI' | 'Core Foundation' | undefined {
  const parent = Object.hasOwn(jni, name) ? jni[name] : undefined;
  // A type of Apple's frameworks is one of these when it has a function …GetTypeID; the parts of a PDF document have none.
  const isFoundation = /^C[FG][A-Z]\w*Ref$/.test(name) && !/^CGPDF(?!Document|Page)/.test(name);
  if (parent === undefined && !isFoundation && name !== 'EGLDisplay' && name !== 'EGLConfig' && name !== 'jobject') return undefined;
  const own = c.typedef(name);
  if (name === 'EGLDisplay' || name === 'EGLConfig') return own === undefined || isVoidPointer(own) ? 'EGL' : undefined;
  if (name === 'jobject') return own === undefined || isVoidPointer(own) || /^(?:struct )?_jobject ?\*$/.test(own) ? 'JNI' : undefined;
  if (parent !== undefined) return own === undefined || own === parent ? uintptrFamily(c, parent) : undefined;
  return own === undefined ? 'Core Foundation' : undefined;
}

const isVoidPointer = (type: string): boolean => /^void ?\*$/.test(type);
