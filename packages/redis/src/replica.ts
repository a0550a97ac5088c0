import { type Command, textOf } from "./run-script.ts";

/**
 * A primary that another one has replaced keeps its connections, and takes what is published: nobody but who is connected to it as
 * well ever hears of it. `HELLO` says what it is, and needs no right.
 *
 * @throws Error for a replica, as a rejection. What does not know the command (a proxy) passes.
 */
export async function refuseReplica(command: Command): Promise<void> {
  const role = await command(["HELLO"]).then(roleIn, () => undefined);
  if (role === "replica")
    throw new Error("The server is a replica: what is published to it does not reach its primary");
}

/** Clients give a list of names and values, or an object. */
function roleIn(reply: unknown): unknown {
  const flat = Array.isArray(reply) ? (reply as unknown[]) : Object.entries(reply ?? {}).flat();
  const texts = flat.map((one) => (one instanceof Uint8Array ? textOf(one) : one));
  return texts[texts.indexOf("role") + 1];
}
