import type { Rig } from "./rig.ts";

/** What a promise comes to, its error included. */
export const outcome = (promise: Promise<unknown>) =>
  promise.then(
    (value) => value,
    (error: unknown) => error,
  );

/** What the server has read of the last request. */
export function asked(rig: Rig) {
  rig.network.socket.read();
  const frame = rig.network.received.at(-1);
  return { frame, meta: { correlationId: frame?.meta?.correlationId } };
}
