/** The few numbers that sum up a series of measurements, and what a measurement reports. */

/** One line of the table. */
export interface Measurement {
  readonly name: string;
  /** Absent for what is shown only to compare with. */
  readonly budget?: number;
  readonly value: number;
  readonly unit: 'ms' | '×';
  /** How the value came about. */
  readonly detail: string;
}

/** The smallest value that `share` of the values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const inMs = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
