/** That the grants of one user for one topic are void: those that were given out before. */
export interface Revocation {
  readonly topic: string;
  /** "" where nobody is told apart. */
  readonly user: string;
  /** Random text, which whatever is given out from now on carries: no clock has to say what was before. */
  readonly mark: string;
  /** Milliseconds since the epoch after which nothing that was given out before holds in any case. */
  readonly until: number;
}
