/** Words what C bodies of the package forget. */
import { cFieldLeaks } from '../../flow/c-field-leaks.ts';
import { cLeaks, type CLeak } from '../../flow/c-leaks.ts';
import { idleReleases } from '../../flow/c-result-releases.ts';
import { cUserData } from '../../flow/c-user-data.ts';
import type { Report, RuleContext } from '../rule.ts';
import { placeInC } from './file-place.ts';

export function* cLeakReports({ model, flow }: RuleContext): Generator<Report> {
  for (const leak of cLeaks(flow)) {
    const { unit, lost } = leak;
    const trace = [
      { place: { unit, span: lost.at }, text: `C memory is allocated here (${lost.allocator})` },
      ...(lost.exit ? [{ place: { unit, span: lost.exit }, text: 'returns here without releasing it' }] : []),
    ];
    // What stands in a C file is told at the import that brings it in.
    for (const place of placeInC(model, unit, lost.at)) yield { ...place, confidence: 'certain', message: message(leak), trace };
  }
  for (const { name, unit, span, library, maker, allocator, at, registration } of idleReleases(flow)) {
    const trace = [
      ...(at ? [{ place: at, text: `C memory is allocated here (${allocator})` }] : []),
      { place: registration, text: `${library} has ${name} for releasing it` },
    ];
    const message = `${name} is what ${library} calls to release the results of ${maker}, and releases nothing: they are C memory (${allocator}) that leaks at each call.`;
    for (const place of placeInC(model, unit, span)) yield { ...place, message, trace };
  }
  for (const { how, callback, library, release, registration, allocation } of cUserData(flow)) {
    if (how !== 'dropped' || !allocation) continue;
    const trace = [
      { place: registration, text: `${library} keeps it for ${callback}` },
      { place: release, text: 'only some paths of the callback release it' },
    ];
    const message = `The C function ${registration.fn} allocates data (${allocation.allocator}) for ${callback} at each call, and only some paths of the callback release it: what is replaced before that is lost, since ${library} releases nothing.`;
    for (const place of placeInC(model, registration.unit, allocation.span)) yield { ...place, message, trace };
  }
  for (const { unit, fn, field, struct, at, allocator, ending } of cFieldLeaks(flow)) {
    const trace = [
      { place: { unit, span: at }, text: `C memory is allocated here (${allocator})` },
      { place: { unit: ending.unit, span: ending.span }, text: `${ending.name} releases the struct, and nothing the field` },
    ];
    for (const place of placeInC(model, unit, at)) yield { ...place, message: `The C function ${fn} gives the field ${field} of ${struct} memory (${allocator}) that nothing releases: ${ending.name} releases the struct without it.`, trace };
  }
}

function message({ fn, lost }: CLeak): string {
  const release = lost.deallocator === 'free' ? 'nobody can free it afterwards' : `nobody can call ${lost.deallocator} on it afterwards`;
  return `The C function ${fn.name} allocates memory (${lost.allocator}) that ${lost.everywhere ? 'it never releases' : 'it does not release on every path'}: the last pointer to it is gone when the function returns, and ${release}.`;
}
