// How long a time the points of a plot cover.

/** Milliseconds between the earliest and the latest point; 0 where there are none. */
export function spanOf(points: readonly { readonly at: string }[]): number {
  const times = points.map((point) => Date.parse(point.at));
  return times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
}
