type Act = () => void;

interface Turn {
  act: Act | undefined;
  readonly acting: boolean;
}

/**
 * Acts that happen in the order in which they were asked for, while some of them have to be waited for. Made when the
 * first of them has to be, and done with when nothing waits any more.
 */
export class Turns {
  /** An act is under way: what it does itself is in its turn. */
  acting = false;
  private readonly turns: Turn[] = [];
  private readonly done: () => void;
  private readonly failed: (error: unknown) => void;

  /**
   * @param done Called when nothing waits any more.
   * @param failed Told what an act throws, or why it never came.
   */
  constructor(done: () => void, failed: (error: unknown) => void) {
    this.done = done;
    this.failed = failed;
  }

  /** Behind everything that waits. */
  add(act: Act): void {
    this.turns.push({ act, acting: true });
  }

  /**
   * Its place is taken now; what to do in it comes later.
   * @param acting What `acting` is meanwhile.
   */
  addLater(act: PromiseLike<Act>, acting = true): void {
    const turn: Turn = { act: undefined, acting };
    this.turns.push(turn);
    Promise.resolve(act).then(
      (ready) => this.ready(turn, ready),
      (error: unknown) => this.ready(turn, () => this.failed(error)),
    );
  }

  private ready(turn: Turn, act: Act): void {
    turn.act = act;
    for (let [next] = this.turns; next?.act !== undefined; [next] = this.turns) {
      this.turns.shift();
      this.acting = next.acting;
      try {
        next.act();
      } catch (error) {
        this.failed(error);
      }
    }
    this.acting = false;
    if (this.turns.length === 0) this.done();
  }
}
