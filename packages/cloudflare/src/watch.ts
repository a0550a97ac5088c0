import { expel, PING_FRAME, type Hub } from "@ws-kit/core/adapter";
import type { Keeper } from "./keeper.ts";
import type { ObjectSocket } from "./socket.ts";

/**
 * What timers would do, which keep an object awake: the heartbeat, and the end of those who may not stay (`expiresAt`), by the
 * object's one alarm.
 */
export class Watch {
  /** When the first connection may not stay any longer, in milliseconds since the epoch. */
  private due = Infinity;
  /** What the alarm was last set to here. */
  private set = Infinity;
  private readonly ctx: DurableObjectState;
  private readonly hub: Hub;
  private readonly keeper: Keeper;
  private readonly ownsAlarm: boolean;

  /** @param ownsAlarm Nobody else uses the alarm. With a heartbeat it is used in any case. */
  constructor(ctx: DurableObjectState, hub: Hub, keeper: Keeper, ownsAlarm: boolean) {
    this.ctx = ctx;
    this.hub = hub;
    this.keeper = keeper;
    this.ownsAlarm = ownsAlarm || hub.heartbeat !== undefined;
  }

  /** A connection has opened. */
  opened(): void {
    const { heartbeat } = this.hub;
    if (heartbeat !== undefined) this.ctx.waitUntil(this.setAlarm(Date.now() + heartbeat.intervalMs));
  }

  /** A connection has to be looked at then. */
  lookAt(at: number): void {
    if (at >= this.due) return;
    this.due = at;
    if (this.ownsAlarm) this.ctx.waitUntil(this.setAlarm(at));
  }

  /** Ends those whose time is over: with every event, for an alarm may be late, or not ours. */
  expire(): void {
    if (Date.now() >= this.due) this.due = this.hub.expire();
  }

  async alarm(): Promise<void> {
    this.set = Infinity;
    this.expire();
    const { heartbeat } = this.hub;
    const beat = heartbeat === undefined ? Infinity : this.beat(heartbeat.intervalMs, heartbeat.timeoutMs);
    if (this.hub.connections.size > 0) await this.setAlarm(this.ownsAlarm ? Math.min(beat, this.due) : beat);
  }

  /** @returns when it is due the next time. */
  private beat(intervalMs: number, timeoutMs: number): number {
    const now = Date.now();
    let next = now + intervalMs;
    for (const conn of this.hub.connections) {
      const socket = conn.socket as ObjectSocket;
      const ponged = this.ctx.getWebSocketAutoResponseTimestamp(socket.ws)?.getTime() ?? 0;
      const seen = Math.max(socket.seen, ponged);
      if (socket.asked !== undefined && seen >= socket.asked) socket.asked = undefined;
      // The alarm may be one for something else, before the answer is due.
      if (socket.asked !== undefined && now >= socket.asked + timeoutMs) {
        expel(conn);
        continue;
      }
      if (socket.asked === undefined && seen <= now - intervalMs) {
        socket.asked = now;
        socket.send(PING_FRAME);
      }
      next = Math.min(next, socket.asked === undefined ? seen + intervalMs : socket.asked + timeoutMs);
      this.keeper.schedule(socket);
    }
    // Not for each connection by itself.
    return Math.max(next, now + Math.min(timeoutMs, intervalMs - timeoutMs));
  }

  private async setAlarm(at: number): Promise<void> {
    if (at >= this.set) return;
    this.set = at;
    const before = await this.ctx.storage.getAlarm();
    // What is over is due now: the runtime refuses times before 1970. The latest there is (ECMA-262 §21.4.1.1) stands for never.
    if (before === null || before > at) await this.ctx.storage.setAlarm(Math.min(Math.max(at, Date.now()), 8.64e15));
  }
}
