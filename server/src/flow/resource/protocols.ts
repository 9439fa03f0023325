/** Resources of Go that are followed like C memory: handles and pinners, as data. Sources: runtime/cgo.Handle, runtime.Pinner. */
import type { Type } from '../../semantics/types.ts';
import type { CallStep, Var } from '../ir.ts';
import type { OwnedResult } from '../knowledge.ts';

export interface Protocol {
  readonly name: 'handle' | 'pinner';
  readonly pkg: string;
  readonly type: string;
  /** The method that ends the resource. */
  readonly release: string;
  /** Methods that need it alive. */
  readonly uses: readonly string[];
  /** Methods that change nothing. */
  readonly others: readonly string[];
  /** It is a number: what a conversion makes of it still stands for it. */
  readonly isNumber: boolean;
  /** Releasing it a second time is an error. */
  readonly once: boolean;
}

export const handle: Protocol = { name: 'handle', pkg: 'runtime/cgo', type: 'Handle', release: 'Delete', uses: ['Value'], others: [], isNumber: true, once: true };
export const pinner: Protocol = { name: 'pinner', pkg: 'runtime', type: 'Pinner', release: 'Unpin', uses: [], others: ['Pin'], isNumber: false, once: false };

const protocols: readonly Protocol[] = [handle, pinner];

export const protocolNamed = (name: Protocol['name'] | undefined): Protocol | undefined => protocols.find((protocol) => protocol.name === name);

/** The protocol of a value of this type, or of what it points to. */
export function protocolOf(type: Type | undefined): Protocol | undefined {
  if (type?.k === 'pointer') return protocolOf(type.elem);
  return type?.k === 'named' ? protocols.find((protocol) => protocol.pkg === type.pkg && protocol.type === type.name) : undefined;
}

/** What a method does to the resource it is called on. */
export function methodEffect(step: CallStep): 'release' | 'use' | 'none' | undefined {
  const { callee } = step;
  const protocol = callee.k === 'method' ? protocolOf(callee.recvType) : undefined;
  if (callee.k !== 'method' || protocol === undefined) return undefined;
  if (callee.name === protocol.release) return 'release';
  return protocol.uses.includes(callee.name) ? 'use' : protocol.others.includes(callee.name) ? 'none' : undefined;
}

/** The resource that a call of Go's own libraries makes. */
export function protocolResource(step: CallStep): readonly OwnedResult[] {
  const { callee } = step;
  if (callee.k === 'pkg' && callee.pkg === 'runtime/cgo' && callee.name === 'NewHandle') return [{ index: 0, allocator: 'cgo.NewHandle', deallocator: handle.release, mayBeNil: false, protocol: 'handle' }];
  // From the first Pin on, a pinner must be unpinned.
  if (callee.k === 'method' && callee.name === 'Pin' && protocolOf(callee.recvType) === pinner && pinnerVar(step)) return [{ index: 0, allocator: 'Pin', deallocator: pinner.release, mayBeNil: false, protocol: 'pinner' }];
  return [];
}

/** The variable of this function that is the pinner itself. */
export function pinnerVar(step: CallStep): Var | undefined {
  const [recv] = step.args;
  return recv?.k === 'var' && recv.v.kind === 'local' && recv.v.type?.k === 'named' && protocolOf(recv.v.type) === pinner ? recv.v : undefined;
}
