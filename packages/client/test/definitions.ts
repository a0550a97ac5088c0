import { message, rpc, type Message, type Rpc } from "@ws-kit/core/protocol";
import type { StandardSchema } from "@ws-kit/core/protocol";

/** Messages of the tests without a real server; their schema is by hand, so that the client is tested with nothing else. */

/** `{ n: number }`; a negative number is refused. With `wait`, it is known only when that settles. */
export function numberSchema(wait?: () => Promise<void>): StandardSchema<{ n: number }> {
  const check = (value: unknown) => {
    const n = (value as { n?: unknown } | undefined)?.n;
    return typeof n === "number" && n >= 0
      ? { value: { n } }
      : { issues: [{ message: "Expected a number of 0 or more", path: ["n"] }] };
  };
  return {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => (wait ? wait().then(() => check(value)) : check(value)),
    },
  };
}

type N = Message<{ type: string; payload: { n: number } }>;
const schema = numberSchema();

export const Note = message("NOTE", schema) as N;
/** Its text is there for its length. */
export const Text = message("TEXT", {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value: unknown) => ({ value: value as { n: number; text: string } }),
  },
});
export const News = message("NEWS", schema) as N;
export const Ask = rpc("ASK", schema, "ANSWER", schema, { progress: schema }) as NRpc;
export const AskAgain = rpc("ASK_AGAIN", schema, "ANSWER", schema, {
  progress: schema,
  idempotent: true,
}) as NRpc;
export const Answer = Ask.response;

export function slowMessage(type: string, wait: () => Promise<void>): N {
  return message(type, numberSchema(wait)) as N;
}

type NRpc = Rpc<{ type: string; payload: { n: number }; response: N; progress: { n: number } }>;
