/** Three-valued truth. The analyses may be ignorant; a boolean may not. */
export type Tri = 'yes' | 'no' | 'unknown';

/** Yes when both are, no when one is not. */
export const and = (a: Tri, b: Tri): Tri => (a === 'no' || b === 'no' ? 'no' : a === 'unknown' || b === 'unknown' ? 'unknown' : 'yes');

/** Yes when one is, no when neither is. */
export const or = (a: Tri, b: Tri): Tri => (a === 'yes' || b === 'yes' ? 'yes' : a === 'unknown' || b === 'unknown' ? 'unknown' : 'no');

export const not = (a: Tri): Tri => (a === 'yes' ? 'no' : a === 'no' ? 'yes' : 'unknown');

export const tri = (b: boolean): Tri => (b ? 'yes' : 'no');
