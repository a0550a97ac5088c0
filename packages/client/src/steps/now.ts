/** A clock that nobody sets forward or back, in milliseconds; only differences mean something. */
export const now = (): number => performance.now();
