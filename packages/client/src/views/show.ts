/**
 * Changes what is shown: a component's state, whatever its framework calls that. A change that gives back what it was given
 * changes nothing.
 */
export type Show<T> = (change: (now: T) => T) => void;
