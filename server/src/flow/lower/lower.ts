/** Lowers one declared function to steps. */
import type { FuncDecl, Param, Signature } from '../../syntax/go/ast.ts';
import type { Shape } from '../../semantics/shape.ts';
import { type Imports, ownTypeName, typeOf } from '../../semantics/types.ts';
import type { FuncBody, FuncIr, Var } from '../ir.ts';
import { look } from './look.ts';
import { Lowering } from './lowering.ts';
import { lowerBlock } from './statements.ts';

/** Never throws; what it cannot understand becomes unknown values and havoc steps. */
export function lower(decl: FuncDecl, shape: Shape, imports: Imports): FuncIr {
  const low = new Lowering(shape, imports);
  const body = lowerBody(low, decl.sig, decl.body ?? { k: 'Block', s: decl.e, e: decl.e, body: [] }, decl.s, decl.e, decl.recv);
  const recv = decl.recv && ownTypeName(typeOf(decl.recv.type, imports));
  const bodies = [body, ...low.literals];
  const { traits, cFunctions, definitions } = look(bodies, low.vars);
  // Without a spread: the engine makes an object of a known shape at once, and one that is put together property by property.
  return {
    name: decl.name,
    recv,
    body,
    vars: low.vars,
    literals: low.literals,
    bodies,
    traits,
    cFunctions,
    definitions,
    variadic: decl.sig.params.at(-1)?.variadic ?? false,
    resultTypes: decl.sig.results.map((result) => typeOf(result.type, imports)),
    opaque: low.opaque,
  };
}

/** Lowers a body in a frame of its own; used for the function and for every literal in it. */
export function lowerBody(low: Lowering, sig: Signature, block: FuncDecl['body'] & object, s: number, e: number, recv?: Param): FuncBody {
  return low.inFrame((frame) => {
    const declare = (param: Param, kind: Var['kind']): Var => {
      const type = typeOf(param.type, low.imports);
      const named = param.name !== undefined && param.name !== '_';
      return low.declare(named ? param.name : undefined, kind, { start: param.s, end: param.e }, param.variadic ? { k: 'slice', elem: type } : type);
    };
    const params = [...(recv ? [declare(recv, 'receiver')] : []), ...sig.params.map((param) => declare(param, 'param'))];
    const results = sig.results.map((result) => declare(result, 'result'));
    low.results.push(results);
    lowerBlock(low, block);
    low.results.pop();
    return frame.finish(params, results, { start: s, end: e }, { start: block.s, end: block.e });
  });
}
