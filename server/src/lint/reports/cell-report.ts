/** Words a callback that deletes a handle and forgets the C memory in which it came. */
import { functionsWithLostCells } from '../../flow/handle-cells.ts';
import type { Report, RuleContext } from '../rule.ts';

/** One report for every cell that an exported function of the package leaves behind. */
export function* cellReports({ flow }: RuleContext): Generator<Report> {
  for (const { fn, cells } of functionsWithLostCells(flow)) {
    for (const { span, field, made } of cells) {
      yield {
        file: fn.file,
        top: fn.top,
        span,
        confidence: 'likely',
        message: `This deletes the handle, but not the C memory in which ${field === undefined ? 'it came' : `\`${field}\` holds it`}: the cell that was allocated for it is never freed.`,
        trace: [
          { place: made, text: 'a handle is put into C memory here' },
          { place: { unit: fn.top.syntax, span }, text: 'only the handle ends here' },
        ],
      };
    }
  }
}
