/** What one kind of schema must do, whichever validator wrote it. */
export interface Case {
  /** A row of the table in the documentation. */
  readonly title: string;
  readonly carries?: readonly Passage[];
  /** Values that must be refused, with where. */
  readonly refuses?: readonly Refusal[];
}

/** One payload on its way. */
export interface Passage {
  readonly given: unknown;
  /** What travels; left out: what is given. */
  readonly wire?: unknown;
  /** What the handler gets; left out: what travels. */
  readonly received?: unknown;
}

export interface Refusal {
  readonly value: unknown;
  readonly at: readonly (string | number)[];
}

/** Stands where a row's validator lacks what it is about, or does it another way. */
export class Differs {
  readonly how: string;
  /** Shows that the claim is true; throws otherwise. */
  readonly shown: () => void;

  constructor(how: string, shown: () => void = () => {}) {
    this.how = how;
    this.shown = shown;
  }
}
