import type { Hear } from "../socket/dialing.ts";
import { forget, keep, type Memory } from "../socket/resume.ts";
import { createTimer } from "../steps/timer.ts";
import type { Link } from "./link.ts";

/** Hears a socket before its link does. */
export type Resuming = (hear: Hear) => Hear;

/** Lets what was on its way wait for a socket that goes on with its connection, for as long as the server waits for one. */
export function createResuming(memory: Memory, link: Link): Resuming {
  const outbox = link._outbox;
  const { _lose } = outbox;
  const arm = createTimer();

  const settle = (given: boolean): void => {
    const reason = link._lost;
    link._lost = undefined;
    arm();
    if (given && reason !== undefined) _lose(reason, false, false)();
  };

  outbox._lose = (reason, final, clean) => {
    if (final || !memory._id) {
      forget(memory);
      settle(false);
      return _lose(reason, final, clean);
    }
    if (link._lost === undefined)
      arm(memory._windowMs, () => {
        forget(memory);
        settle(true);
      });
    link._lost = reason;
    return () => {};
  };

  link._pass = (packet) => {
    if (link._lost === undefined && link._transmit(packet)) return true;
    // A socket is closing before it says so: what it does not take any more is for the next one.
    if (memory._id) keep(memory, packet);
    return !!memory._id;
  };

  return (hear) => (type, event) => {
    if (type === "open") {
      settle(!event.resumed);
      link._resumed = event.resumed;
    }
    hear(type, event);
    // What was sent before and has arrived is confirmed by a pong, of which the last one's was lost.
    if (event.resumed) link._pulse._probe();
  };
}
