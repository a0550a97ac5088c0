import { VirtualClock } from "./harness.ts";

/** As VirtualClock, for many runs: timers are few there, and chains of promises short. */
export class FastClock extends VirtualClock {
  private readonly turns: number;

  /** @param turns How long the chains of promises are. */
  constructor(turns = 16) {
    super();
    this.turns = turns;
  }

  override async advance(ms: number): Promise<void> {
    const until = this.now() + ms;
    await this.rest();
    for (let next = this.next(until); next !== undefined; next = this.next(until)) {
      next();
      await this.rest();
    }
    this.freeze(until - this.now());
  }

  private async rest(): Promise<void> {
    for (let i = 0; i < this.turns; i++) await Promise.resolve();
  }
}

/** A figure of the environment. */
export function fromEnv(name: string, figure: number): number {
  const { process } = globalThis as unknown as { process: { env: Record<string, string | undefined> } };
  return Number(process.env[name] ?? figure);
}
