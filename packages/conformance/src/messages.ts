import { message, rpc, z } from "@ws-kit/zod";

/** What the suite's client and the fixture say to each other. */

export const Echo = message("ECHO", { text: z.string() });
/** Echoed by a handler that awaits first. */
export const EchoAsync = message("ECHO_ASYNC", { text: z.string() });
/** Echoed once `Release` names the same gate, sent by another connection. */
export const Hold = message("HOLD", { gate: z.string(), text: z.string() });
export const HoldConcurrent = message("HOLD_CONCURRENT", { gate: z.string(), text: z.string() });
export const Release = message("RELEASE", { gate: z.string() });
export const Nothing = message("NOTHING");

/** What only the server can see, told to whoever watches the same test. */
export const Journal = message("JOURNAL", { event: z.string(), detail: z.record(z.string(), z.unknown()) });

/** What the server asks, and what makes it ask: it sends the answer, or why there is none. */
export const Confirm = rpc.fromServer("CONFIRM", { text: z.string() }, "CONFIRMED", { yes: z.boolean() });
export const Consult = message("CONSULT", { text: z.string(), timeoutMs: z.number().optional() });

/** Sends back what comes until it is told to `leave` or to `throw`; `reads: false` looks at nothing. */
export const Relay = rpc(
  "RELAY",
  { reads: z.boolean().optional() },
  "RELAYED",
  { items: z.number() },
  { stream: { fromClient: { text: z.string() }, fromServer: { text: z.string() } } },
);
/** Sends as many items of so many characters as it is asked for, and says how many it was let. */
export const Pour = rpc(
  "POUR",
  { items: z.number(), characters: z.number() },
  "POURED",
  { items: z.number() },
  { stream: { fromServer: { text: z.string() } } },
);

export const Who = rpc("WHO", undefined, "WHO_IS", {
  clientId: z.string(),
  data: z.record(z.string(), z.unknown()),
  topics: z.array(z.string()),
});
export const Assign = message("ASSIGN", { data: z.record(z.string(), z.unknown()) });
export const Hang = message("HANG", { text: z.string() });

export const Join = message("JOIN", { room: z.string() });
export const Leave = message("LEAVE", { room: z.string() });
export const LeaveAll = message("LEAVE_ALL");
export const Say = message("SAY", {
  room: z.string(),
  text: z.string(),
  excludeSelf: z.boolean().optional(),
  onlyRole: z.string().optional(),
});
export const Said = message("SAID", { text: z.string() });
export const SayMatched = rpc("SAY_MATCHED", { room: z.string(), text: z.string() }, "MATCHED", {
  ok: z.boolean(),
  matched: z.number(),
});
/** Subscribes and answers with the refusal, if there is one. */
export const TryJoin = rpc("TRY_JOIN", { room: z.string() }, "JOINED", { refused: z.string().optional() });

const operands = { a: z.number(), b: z.number() };
const sum = { sum: z.number() };
export const Sum = message("SUM", sum);
/** Answered by its return value. */
export const Add = rpc("ADD", operands, Sum);
/** The same after an await. */
export const AddAsync = rpc("ADD_ASYNC", operands, Sum);
/** Answered with `ctx.reply(payload)`. */
export const AddReply = rpc("ADD_REPLY", operands, Sum);
/** A plain message handled with `rpc()`: answered with `ctx.reply(Sum, payload)`. */
export const AddPlain = message("ADD_PLAIN", operands);
export const Void = rpc("VOID", undefined, "VOID_DONE");
export const Silent = rpc("SILENT", undefined, "NEVER", sum);
export const Twice = rpc("TWICE", undefined, "TWICE_DONE", { n: z.number() });
export const BadReply = rpc("BAD_REPLY", undefined, "BAD_REPLIED", { n: z.number() });
export const Count = rpc(
  "COUNT",
  { to: z.number() },
  "COUNTED",
  { to: z.number() },
  { progress: { done: z.number() } },
);
/** Runs until its gate opens or its signal aborts, and journals which. */
export const Wait = rpc("WAIT", { gate: z.string() }, "WAITED", { gate: z.string() });
export const Budget = rpc("BUDGET", undefined, "BUDGETED", { ms: z.number() });
export const Once = rpc("ONCE", { gate: z.string().optional() }, "RAN", { times: z.number() }, { idempotent: true });
export const Find = rpc(
  "FIND",
  { id: z.string() },
  "FOUND",
  { id: z.string() },
  { errors: { NOT_FOUND: { id: z.string() } } },
);

const how = { how: z.enum(["sync", "async", "string", "kit", "kitAsync", "ctx"]) };
export const Throw = message("THROW", how);
export const ThrowRpc = rpc("THROW_RPC", how, "UNTHROWN", {});
export const Traced = message("TRACED", { n: z.number() }, { meta: { traceId: z.string() } });
export const Trace = message("TRACE", { n: z.number() }, { meta: { traceId: z.string() } });
/** Sends what does not fit its schema, and what its schema does not declare. */
export const BadSend = message("BAD_SEND", { when: z.enum(["now", "later", "publish"]) });
export const Leak = message("LEAK");
export const Profile = message("PROFILE", { name: z.string() });
/** Answers with the server's view of the message's meta. */
export const MetaOf = rpc("META_OF", undefined, "META_IS", { meta: z.record(z.string(), z.unknown()) });
export const Received = rpc("RECEIVED", undefined, "RECEIVED_AT", { receivedAt: z.number(), now: z.number() });

export const CloseMe = message("CLOSE_ME", { code: z.number(), reason: z.string() });
/** A text whose check takes a while. */
const checked = {
  text: z.string().refine(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return true;
  }),
};
export const Checked = message("CHECKED", checked);
/** Sends such texts to itself and to a room, between others that are known at once. */
export const SayChecked = message("SAY_CHECKED", { room: z.string(), close: z.boolean().optional() });
/** Answers with one, or with such details. */
export const AskChecked = rpc("ASK_CHECKED", { fail: z.boolean() }, Checked, { errors: { NOT_FOUND: checked } });
/** Sends and closes in one go, after an await where it says so. */
export const SendThenClose = message("SEND_THEN_CLOSE", { later: z.boolean() });
export const CloseThenSend = message("CLOSE_THEN_SEND");
/** Sends or publishes until the connection has been closed for not reading. */
export const Flood = message("FLOOD", { by: z.enum(["send", "publish"]), frames: z.number(), bytes: z.number() });
export const Filler = message("FILLER", { n: z.number(), text: z.string() });

/** Middleware: what it did is told by the answer. */
export const Passed = rpc("PASSED", { n: z.number() }, "TRAIL", { trail: z.array(z.string()) });
export const Dropped = message("DROPPED");
export const DroppedRpc = rpc("DROPPED_RPC", undefined, "UNDROPPED", {});
export const Refused = rpc("REFUSED", undefined, "UNREFUSED", {});
export const Twofold = rpc("TWOFOLD", undefined, "UNFOLDED", {});
/** Served by a merged router, by a mounted one, and by one that only members reach. */
export const Merged = rpc("MERGED", undefined, "MERGED_DONE", { by: z.string() });
export const Mounted = rpc("MOUNTED", undefined, "MOUNTED_DONE", { type: z.string() });
export const Shadowed = rpc("SHADOWED", undefined, "SHADOWED_DONE", { by: z.string() });
export const Members = rpc("MEMBERS", undefined, "MEMBERS_DONE", {});
