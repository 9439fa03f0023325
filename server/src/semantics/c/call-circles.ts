/** Groups functions that call each other in a circle, callees before callers (Tarjan's strongly connected components, without recursion). */

/** The groups reachable from `roots`; a function that calls no one back is a group of its own. */
export function callCircles<T>(roots: Iterable<T>, callees: (one: T) => readonly T[]): readonly (readonly T[])[] {
  const groups: T[][] = [];
  const index = new Map<T, number>();
  const low = new Map<T, number>();
  const open: T[] = [];
  const isOpen = new Set<T>();
  const enter = (one: T): { one: T; next: T[] } => {
    index.set(one, index.size);
    low.set(one, index.get(one)!);
    open.push(one);
    isOpen.add(one);
    return { one, next: [...callees(one)] };
  };
  const lower = (one: T, to: number): void => void low.set(one, Math.min(low.get(one)!, to));
  for (const root of roots) {
    if (index.has(root)) continue;
    const stack = [enter(root)];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const callee = top.next.pop();
      if (callee !== undefined) {
        if (!index.has(callee)) stack.push(enter(callee));
        else if (isOpen.has(callee)) lower(top.one, index.get(callee)!);
        continue;
      }
      stack.pop();
      const caller = stack.at(-1);
      if (caller) lower(caller.one, low.get(top.one)!);
      if (low.get(top.one) !== index.get(top.one)) continue;
      const group = open.splice(open.lastIndexOf(top.one));
      group.forEach((one) => isOpen.delete(one));
      groups.push(group);
    }
  }
  return groups;
}
