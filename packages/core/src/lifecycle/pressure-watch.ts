import { allowanceOf, relievePressure } from "../sending/pressure.ts";
import type { Listener } from "../state/connection.ts";

/** How often those who are behind are looked at, in milliseconds. */
const TICK_MS = 1_000;

/** A look at everybody is due every so many ticks. */
const TICKS_A_ROUND = 2;

/** Looks after the peers of a listener that do not read: by a timer that runs while there may be any. */
export class PressureWatch {
  private timer: unknown;
  private ticks = 0;
  private readonly hub: Listener;

  constructor(hub: Listener) {
    this.hub = hub;
  }

  /** Somebody may be behind. */
  start(): void {
    if (this.timer !== undefined) return;
    this.hub.allowance = allowanceOf(this.hub);
    this.schedule();
  }

  stop(): void {
    if (this.timer !== undefined) this.hub.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** So much was sent that the next look cannot wait; or, while nobody looks at all, anything. */
  spent(): void {
    if (this.timer === undefined) return this.start();
    this.hub.allowance = allowanceOf(this.hub);
    relievePressure(this.hub, this.hub.nativeTopics);
  }

  private schedule(): void {
    this.timer = this.hub.clock.setTimeout(() => this.tick(), TICK_MS);
  }

  private tick(): void {
    const { hub } = this;
    const full = allowanceOf(hub);
    const published = hub.nativeTopics && hub.allowance < full;
    const everybody = published && ++this.ticks % TICKS_A_ROUND === 0;
    if (everybody) hub.allowance = full;
    relievePressure(hub, everybody);
    if (published || hub.congested.size > 0) return this.schedule();
    this.timer = undefined;
    // So that the next publish starts it again.
    hub.allowance = 0;
  }
}
