/** What many durations come to. */

/** Milliseconds; null where there was nothing to measure. */
export interface Percentiles {
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly max: number | null
}

/** The percentiles of some durations. */
export function percentilesOf(durations: readonly number[]): Percentiles {
  const ascending = Float64Array.from(durations).sort()
  const at = (share: number): number | null =>
    ascending.length === 0 ? null : percentileOf(ascending, share)
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}

/** The smallest figure that at least this share of all do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  return percentileOf(Float64Array.from(values).sort(), share)
}

function percentileOf(ascending: Float64Array, share: number): number {
  const place = Math.ceil(share * ascending.length) - 1
  return ascending[Math.min(ascending.length - 1, Math.max(0, place))] ?? Number.NaN
}
