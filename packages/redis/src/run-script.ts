import type { Packet } from "@ws-kit/core/extend";
import type { Script } from "./scripts.ts";

/** What a command answers: texts as `Packet`s are, numbers, lists of them. */
export type Reply = Packet | number | null | readonly Reply[];

/** Sends a command to the server that has the keys. Rejects when the connection is lost. */
export type Command = (args: readonly Packet[]) => Promise<Reply>;

export async function runScript(
  command: Command,
  { sha, text }: Script,
  keys: readonly string[],
  args: readonly Packet[],
): Promise<Reply> {
  const rest = [String(keys.length), ...keys, ...args];
  try {
    return await command(["EVALSHA", sha, ...rest]);
  } catch (error) {
    // Somebody has emptied the cache since the connection was made.
    if (!String(error).includes("NOSCRIPT")) throw error;
    return command(["EVAL", text, ...rest]);
  }
}

export function textOf(value: Packet): string {
  return typeof value === "string" ? value : new TextDecoder().decode(value);
}
