/** Where a figure has none beside it, so that no line goes to it: it is drawn as a point, or not seen. */
export function alone(values: ArrayLike<number | null | undefined>): number[] {
  const isKnown = (at: number): boolean => typeof values[at] === "number";
  return Array.from(values, (_, at) => at).filter((at) => isKnown(at) && !isKnown(at - 1) && !isKnown(at + 1));
}
