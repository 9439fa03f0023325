/** Every rule. Made by `npm run generate`; do not edit. */
import type { Rule } from '../lint/rule.ts';
import cTypeInExportedApi from './build/c-type-in-exported-api.ts';
import cUnsupportedConstruct from './build/c-unsupported-construct.ts';
import cgoDirective from './build/cgo-directive.ts';
import cgoInTestFile from './build/cgo-in-test-file.ts';
import detachedPreamble from './build/detached-preamble.ts';
import noCgoFallback from './build/no-cgo-fallback.ts';
import noescapeNocallback from './build/noescape-nocallback.ts';
import preambleCommentForm from './build/preamble-comment-form.ts';
import variadicCCall from './build/variadic-c-call.ts';
import cLockCopy from './callback/c-lock-copy.ts';
import callbackCycle from './callback/callback-cycle.ts';
import callbackRetainsCPointer from './callback/callback-retains-c-pointer.ts';
import duplicateExport from './callback/duplicate-export.ts';
import exportMalformed from './callback/export-malformed.ts';
import exportPanic from './callback/export-panic.ts';
import exportPreambleDefinition from './callback/export-preamble-definition.ts';
import exportPrototypeMismatch from './callback/export-prototype-mismatch.ts';
import exportReturnsGoPointer from './callback/export-returns-go-pointer.ts';
import failedOutParam from './callback/failed-out-param.ts';
import goFuncToC from './callback/go-func-to-c.ts';
import cMemoryView from './layout/c-memory-view.ts';
import embeddedNul from './layout/embedded-nul.ts';
import lengthTruncation from './layout/length-truncation.ts';
import notNulTerminated from './layout/not-nul-terminated.ts';
import packedStruct from './layout/packed-struct.ts';
import sizeofMismatch from './layout/sizeof-mismatch.ts';
import structCast from './layout/struct-cast.ts';
import uintptrTypedCNil from './layout/uintptr-typed-c-nil.ts';
import allocSize from './memory/alloc-size.ts';
import contractMismatch from './memory/contract-mismatch.ts';
import cstringLeak from './memory/cstring-leak.ts';
import deferFreeEarly from './memory/defer-free-early.ts';
import deferFreeInLoop from './memory/defer-free-in-loop.ts';
import doubleFree from './memory/double-free.ts';
import finalizerNotCleared from './memory/finalizer-not-cleared.ts';
import invalidFree from './memory/invalid-free.ts';
import mallocLeak from './memory/malloc-leak.ts';
import missingStdlibInclude from './memory/missing-stdlib-include.ts';
import uncheckedAlloc from './memory/unchecked-alloc.ts';
import uninitCMemory from './memory/uninit-c-memory.ts';
import useAfterFree from './memory/use-after-free.ts';
import cgocheckSpelling from './pointer/cgocheck-spelling.ts';
import cleanupCapturesObject from './pointer/cleanup-captures-object.ts';
import emptySliceAddress from './pointer/empty-slice-address.ts';
import goPointerRetained from './pointer/go-pointer-retained.ts';
import goPointerToGoPointer from './pointer/go-pointer-to-go-pointer.ts';
import handleLeak from './pointer/handle-leak.ts';
import handleMisuse from './pointer/handle-misuse.ts';
import missingKeepalive from './pointer/missing-keepalive.ts';
import pinnerLeak from './pointer/pinner-leak.ts';
import pointerField from './pointer/pointer-field.ts';
import sliceHeader from './pointer/slice-header.ts';
import stringMemoryWritten from './pointer/string-memory-written.ts';
import uintptrRoundtrip from './pointer/uintptr-roundtrip.ts';
import blockingCall from './runtime/blocking-call.ts';
import cStdioNotFlushed from './runtime/c-stdio-not-flushed.ts';
import cgoCallInHotLoop from './runtime/cgo-call-in-hot-loop.ts';
import envDesync from './runtime/env-desync.ts';
import errnoMisuse from './runtime/errno-misuse.ts';
import processControl from './runtime/process-control.ts';
import raceOnCState from './runtime/race-on-c-state.ts';
import signalHandler from './runtime/signal-handler.ts';
import threadAffinity from './runtime/thread-affinity.ts';

export const rules: readonly Rule[] = [
  cTypeInExportedApi,
  cUnsupportedConstruct,
  cgoDirective,
  cgoInTestFile,
  detachedPreamble,
  noCgoFallback,
  noescapeNocallback,
  preambleCommentForm,
  variadicCCall,
  cLockCopy,
  callbackCycle,
  callbackRetainsCPointer,
  duplicateExport,
  exportMalformed,
  exportPanic,
  exportPreambleDefinition,
  exportPrototypeMismatch,
  exportReturnsGoPointer,
  failedOutParam,
  goFuncToC,
  cMemoryView,
  embeddedNul,
  lengthTruncation,
  notNulTerminated,
  packedStruct,
  sizeofMismatch,
  structCast,
  uintptrTypedCNil,
  allocSize,
  contractMismatch,
  cstringLeak,
  deferFreeEarly,
  deferFreeInLoop,
  doubleFree,
  finalizerNotCleared,
  invalidFree,
  mallocLeak,
  missingStdlibInclude,
  uncheckedAlloc,
  uninitCMemory,
  useAfterFree,
  cgocheckSpelling,
  cleanupCapturesObject,
  emptySliceAddress,
  goPointerRetained,
  goPointerToGoPointer,
  handleLeak,
  handleMisuse,
  missingKeepalive,
  pinnerLeak,
  pointerField,
  sliceHeader,
  stringMemoryWritten,
  uintptrRoundtrip,
  blockingCall,
  cStdioNotFlushed,
  cgoCallInHotLoop,
  envDesync,
  errnoMisuse,
  processControl,
  raceOnCState,
  signalHandler,
  threadAffinity,
];
