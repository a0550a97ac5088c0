import { systemClock } from "../base/clock.ts";
import { toError } from "../base/thrown.ts";
import type { NodeSide } from "../ports/engine.ts";

/** Connections to an engine that are used together and end together. */
export interface Wire {
  /** Ends them at once; safe at any time, and more than once. */
  destroy(): void;
}

const OPEN_TIMEOUT_MS = 3_000;
const RETRY_MS = 50;
const MAX_RETRY_MS = 1_000;
/** One that is given up sooner after it was opened, as by who may not publish, is one more that has failed; one that was lost is not. */
const STEADY_MS = 1_000;

interface Probe {
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
}

/**
 * Keeps an engine's session connected: dials, waits 50 to 150 ms where that fails (up to a second after many times), and
 * dials again until it is closed. For clients that neither queue nor reconnect by themselves: only then is it known *when*
 * a topic is followed.
 *
 * @typeParam W What a dial brings.
 */
export class Dialing<W extends Wire> {
  private readonly dial: (lost: (cause: Error) => void) => Promise<W>;
  private readonly node: NodeSide;
  private wire: W | undefined = undefined;
  private lost: ((cause: Error) => void) | undefined = undefined;
  private readonly probes: Map<string, Probe> = new Map();
  private asked = 0;
  private closed = false;
  /** By `reconnect`. */
  private givenUp = false;
  private wake: (() => void) | undefined = undefined;
  private readonly ended: Promise<void>;

  /**
   * @param dial Resolves when the connections answer commands. It says by `lost` that they are of no use any more, then and
   * before; they are destroyed by `destroy`, those of a failed dial by itself. After three seconds a dial is given up.
   */
  constructor(dial: (lost: (cause: Error) => void) => Promise<W>, node: NodeSide) {
    this.dial = dial;
    this.node = node;
    this.ended = this.run();
  }

  /** @throws Error where there is no connection. */
  get connected(): W {
    if (this.wire === undefined) throw new Error("Not connected");
    return this.wire;
  }

  /** @param send Sends an id on its way; `answered` is called with it when it has come back. */
  probe(send: (wire: W, id: string) => unknown): Promise<void> {
    const wire = this.connected;
    const id = String(++this.asked);
    return new Promise<void>((resolve, reject) => {
      this.probes.set(id, { resolve, reject });
      Promise.resolve(send(wire, id)).catch(reject);
    });
  }

  answered(id: string): void {
    this.probes.get(id)?.resolve();
    this.probes.delete(id);
  }

  reconnect(cause: Error): void {
    this.givenUp = true;
    this.lost?.(cause);
  }

  close(): Promise<void> {
    this.closed = true;
    this.lost?.(new Error("The engine was closed"));
    this.wake?.();
    return this.ended;
  }

  private async run(): Promise<void> {
    // Whoever makes it has it before it is up.
    await Promise.resolve();
    let failures = 0;
    let short = 0;
    while (!this.closed) {
      let openedAt: number | undefined;
      this.givenUp = false;
      const cause = await this.connection(() => (openedAt = systemClock.monotonic()));
      this.wire = undefined;
      failures = openedAt === undefined ? failures + 1 : 0;
      if (openedAt !== undefined) {
        const isShort = this.givenUp && systemClock.monotonic() - openedAt < STEADY_MS;
        short = isShort ? short + 1 : 0;
      }
      for (const { reject } of this.probes.values()) reject(cause);
      this.probes.clear();
      // Also of a dial that failed: why it did is for the node to tell.
      this.node.link("down", cause);
      if (this.closed) return;
      const least = Math.min(RETRY_MS * 2 ** Math.floor(Math.max(failures - 1, short - 1, 0) / 3), MAX_RETRY_MS);
      await this.pause(least * (1 + 2 * Math.random()));
    }
  }

  /** From a dial to the end of what it brought; resolves with why it ended. */
  private async connection(opened: () => void): Promise<Error> {
    let lost!: (cause: Error) => void;
    const end = new Promise<Error>((resolve) => (lost = resolve));
    this.lost = lost;
    const late = systemClock.setTimeout(() => lost(new Error("The engine did not answer in time")), OPEN_TIMEOUT_MS);
    let over = false;
    const dialed = this.dial(lost).then((wire) => {
      if (over) wire.destroy();
      return wire;
    });
    dialed.then(
      (wire) => {
        systemClock.clearTimeout(late);
        if (over) return;
        this.wire = wire;
        opened();
        this.node.link("up");
      },
      (error: unknown) => lost(toError(error)),
    );
    const cause = await end;
    systemClock.clearTimeout(late);
    over = true;
    this.lost = undefined;
    this.wire?.destroy();
    return cause;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = systemClock.setTimeout(resolve, ms);
      this.wake = () => {
        systemClock.clearTimeout(timer);
        resolve();
      };
    });
  }
}
