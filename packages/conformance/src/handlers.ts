import { isRequestError, WsKitError, type ConnectionContext, type Router } from "@ws-kit/zod";
import type { Data } from "./auth.ts";
import type { Gates } from "./gates.ts";
import * as m from "./messages.ts";

type Journalist = Pick<ConnectionContext<Data>, "publish" | "clientId" | "data">;

const journalOf = (test: string): string => `j:${test}`;

/** Tells the watchers of a connection's test what only the server can see. */
function journal(ctx: Journalist, event: string, detail: Record<string, unknown> = {}): void {
  void ctx.publish(journalOf(ctx.data.test), m.Journal, { event, detail });
}

export function addLifecycle(router: Router<Data>, gates: Gates, stale: ReadonlySet<string>): void {
  router.onOpen((ctx) => {
    const { data } = ctx;
    if (data.watch !== undefined) ctx.topics.subscribe(journalOf(data.test));
    if (data.open === undefined) return undefined;
    if (data.open === "throw") throw new Error("onOpen failed");
    const welcome = () => {
      ctx.send(m.Said, { text: "welcome" });
      journal(ctx, "open", { clientId: ctx.clientId });
    };
    if (data.open === "reject") return Promise.reject(new Error("onOpen failed"));
    if (data.open === "hang") return new Promise(() => {});
    if (data.open === "gate") return gates.wait(data.test).then(welcome);
    return welcome();
  });

  router.onClose((ctx) => {
    if (ctx.data.close === "throw") throw new Error("onClose failed");
    return ctx.data.close === "reject" ? Promise.reject(new Error("onClose failed")) : undefined;
  });
  router.onClose((ctx) => {
    const { code, reason, clientId } = ctx;
    journal(ctx, "close", { code, reason, topics: ctx.topics.list(), stale: stale.has(clientId) });
  });

  router.onError((error, ctx, id = "") => {
    if (ctx === undefined) return;
    journal(ctx, "error", { name: error.name, message: error.message, type: ctx.type ?? "", id });
  });
}

export function addHandlers(router: Router<Data>, gates: Gates): void {
  router.on(m.Echo, (ctx) => {
    ctx.send(m.Echo, ctx.payload);
  });
  router.on(m.EchoAsync, async (ctx) => {
    await Promise.resolve();
    ctx.send(m.EchoAsync, ctx.payload);
  });
  router.on(m.Consult, async (ctx) => {
    const { text, timeoutMs } = ctx.payload;
    try {
      const { payload } = await ctx.request(m.Confirm, { text }, { timeoutMs });
      ctx.send(m.Said, { text: payload.yes ? "yes" : "no" });
    } catch (error) {
      const code = isRequestError(error) ? error.code : String(error);
      ctx.send(m.Said, { text: code });
      journal(ctx, "unanswered", { code });
    }
  });
  router.on(m.Hold, async (ctx) => {
    journal(ctx, "holding");
    await gates.wait(ctx.payload.gate);
    ctx.send(m.Echo, { text: ctx.payload.text });
    journal(ctx, "held", { aborted: ctx.signal.aborted });
  });
  router.on(
    m.HoldConcurrent,
    async (ctx) => {
      await gates.wait(ctx.payload.gate);
      ctx.send(m.Echo, { text: ctx.payload.text });
    },
    { concurrent: true },
  );
  router.on(m.Release, (ctx) => gates.open(ctx.payload.gate));
  router.on(m.Nothing, () => {});
  router.on(m.Hang, async (ctx) => {
    ctx.signal.addEventListener("abort", () => {
      const { message } = ctx.signal.reason as Error;
      ctx.send(m.Said, { text: message });
      journal(ctx, "aborted", { message });
    });
    await new Promise(() => {});
  });

  addState(router);
  addTopics(router);
  addCalls(router, gates);
  addStreams(router);
  addFailures(router);
  addClosing(router);
}

function addState(router: Router<Data>): void {
  router.rpc(m.Who, ({ clientId, data, topics }) => ({ clientId, data: { ...data }, topics: topics.list() }));
  router.on(m.Assign, (ctx) => ctx.assignData(ctx.payload.data));
  router.rpc(m.MetaOf, (ctx) => ({ meta: { ...ctx.meta } }));
  router.rpc(m.Received, (ctx) => ({ receivedAt: ctx.receivedAt, now: Date.now() }));
  router.on(m.Trace, (ctx) => {
    ctx.send(m.Traced, ctx.payload, { meta: { traceId: `re:${ctx.meta.traceId}` } });
  });
}

function addTopics(router: Router<Data>): void {
  router.on(m.Join, (ctx) => ctx.topics.subscribe(ctx.payload.room));
  router.on(m.Leave, (ctx) => ctx.topics.unsubscribe(ctx.payload.room));
  router.on(m.LeaveAll, (ctx) => ctx.topics.clear());
  router.on(m.Say, (ctx) => {
    const { room, text, excludeSelf = false, onlyRole } = ctx.payload;
    const filter = (data: Data) => data.role === onlyRole;
    ctx.publish(room, m.Said, { text }, { excludeSelf, ...(onlyRole !== undefined && { filter }) });
  });
  router.rpc(m.SayMatched, async (ctx) => {
    const result = await ctx.publish(ctx.payload.room, m.Said, { text: ctx.payload.text });
    return { ok: result.ok, matched: result.ok ? result.matched : -1 };
  });
  router.rpc(m.TryJoin, async (ctx) => {
    try {
      await ctx.topics.subscribe(ctx.payload.room);
      return {};
    } catch (error) {
      return { refused: (error as WsKitError).code };
    }
  });
}

function addStreams(router: Router<Data>): void {
  router.rpc(m.Relay, async (ctx) => {
    let items = 0;
    journal(ctx, "relaying");
    try {
      if (ctx.payload.reads === false) {
        await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
      }
      for await (const { text } of ctx.incoming) {
        items++;
        if (text === "leave") break;
        if (text === "throw") throw new WsKitError("ABORTED", "No more");
        await ctx.write({ text });
      }
    } catch (error) {
      journal(ctx, "relayed", { code: (error as WsKitError).code, aborted: ctx.signal.aborted });
      throw error;
    }
    return { items };
  });
  router.rpc(m.Pour, async (ctx) => {
    const text = "x".repeat(ctx.payload.characters);
    let items = 0;
    for (; items < ctx.payload.items; items++) {
      const written = ctx.write({ text });
      journal(ctx, "pouring", { items });
      await written;
    }
    return { items };
  });
}

function addCalls(router: Router<Data>, gates: Gates): void {
  router.rpc(m.Add, ({ payload: { a, b } }) => ({ sum: a + b }));
  router.rpc(m.AddAsync, async ({ payload: { a, b } }) => {
    await Promise.resolve();
    return { sum: a + b };
  });
  router.rpc(m.AddReply, (ctx) => ctx.reply({ sum: ctx.payload.a + ctx.payload.b }));
  router.rpc(m.AddPlain, (ctx) => ctx.reply(m.Sum, { sum: ctx.payload.a + ctx.payload.b }));
  router.rpc(m.Void, () => {});
  router.rpc(m.Silent, () => {});
  router.rpc(m.Twice, (ctx) => {
    ctx.reply({ n: 1 });
    ctx.reply({ n: 2 });
    ctx.error("ABORTED", "too late");
    return { n: 3 };
  });
  router.rpc(m.BadReply, () => ({ n: "no number" }) as never);
  router.rpc(m.Count, async (ctx) => {
    for (let done = 1; done <= ctx.payload.to; done++) {
      ctx.progress({ done });
      await Promise.resolve();
    }
    ctx.reply({ to: ctx.payload.to });
    ctx.progress({ done: -1 });
  });
  router.rpc(m.Wait, async (ctx) => {
    journal(ctx, "waiting");
    const { signal } = ctx;
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve());
    });
    await Promise.race([gates.wait(ctx.payload.gate), aborted]);
    journal(ctx, "waited", { aborted: signal.aborted ? (signal.reason as Error).message : false });
    return { gate: ctx.payload.gate };
  });
  router.rpc(m.Budget, (ctx) => ({ ms: ctx.deadline - ctx.receivedAt }));
  let times = 0;
  router.rpc(m.Once, async (ctx) => {
    const mine = ++times;
    journal(ctx, "ran");
    if (ctx.payload.gate !== undefined) await gates.wait(ctx.payload.gate);
    return { times: mine };
  });
  router.rpc(m.Find, (ctx) => ctx.error("NOT_FOUND", "No such thing", { id: ctx.payload.id }));
}

type How = "sync" | "async" | "string" | "kit" | "kitAsync" | "ctx";

function fail(how: Exclude<How, "ctx">): Promise<never> {
  const kit = new WsKitError("FAILED_PRECONDITION", "Not now", { step: 2 }, { retryAfterMs: 1_500, retryable: true });
  if (how === "sync") throw new Error("the secret cause");
  if (how === "string") throw "the secret cause";
  if (how === "kit") throw kit;
  return Promise.reject(how === "async" ? new Error("the secret cause") : kit);
}

function addFailures(router: Router<Data>): void {
  router.on(m.Throw, (ctx) => {
    if (ctx.payload.how !== "ctx") return fail(ctx.payload.how);
    return ctx.error("RESOURCE_EXHAUSTED", "Slow down", { left: 0 }, { retryAfterMs: 20.2 });
  });
  router.rpc(m.ThrowRpc, (ctx) => {
    if (ctx.payload.how !== "ctx") return fail(ctx.payload.how);
    return ctx.error("RESOURCE_EXHAUSTED", "Slow down", { left: 0 }, { retryAfterMs: 20.2 });
  });
  router.on(m.BadSend, (ctx) => {
    const bad = { text: 5 } as never;
    if (ctx.payload.when === "now") journal(ctx, "sent", { accepted: ctx.send(m.Said, bad) });
    else if (ctx.payload.when === "publish") ctx.publish(journalOf(ctx.data.test), m.Said, bad);
    else queueMicrotask(() => journal(ctx, "sent", { accepted: ctx.send(m.Said, bad) }));
  });
  router.on(m.Leak, (ctx) => {
    const row = { name: "Ada", password: "hunter2" };
    ctx.send(m.Profile, row);
  });
}

function addClosing(router: Router<Data>): void {
  router.on(m.SayChecked, (ctx) => {
    const { room, close } = ctx.payload;
    ctx.send(m.Checked, { text: "1" });
    void ctx.publish(room, m.Said, { text: "2" });
    void ctx.publish(room, m.Checked, { text: "3" });
    ctx.send(m.Said, { text: "4" });
    if (close === true) ctx.ws.close(4000, "done");
  });
  router.rpc(m.AskChecked, (ctx) => {
    if (ctx.payload.fail) ctx.error("NOT_FOUND", "no", { text: "1" });
    else ctx.reply({ text: "1" });
    ctx.send(m.Said, { text: "2" });
  });
  router.on(m.SendThenClose, async (ctx) => {
    const { ws } = ctx;
    if (ctx.payload.later) await new Promise((resolve) => setTimeout(resolve, 1));
    for (const text of ["1", "2"]) ctx.send(m.Said, { text });
    ws.close(4000, "done");
  });
  router.on(m.CloseMe, (ctx) => ctx.ws.close(ctx.payload.code, ctx.payload.reason));
  router.on(m.CloseThenSend, (ctx) => {
    ctx.ws.close(4000, "done");
    journal(ctx, "sent", { accepted: ctx.send(m.Said, { text: "too late" }) });
  });
  router.on(m.Flood, async (ctx) => {
    const { by, frames, bytes } = ctx.payload;
    const text = "x".repeat(bytes);
    const topic = `flood:${ctx.data.test}`;
    let sent = 0;
    for (; sent < frames; sent++) {
      if (by === "publish") await ctx.publish(topic, m.Filler, { n: sent, text });
      else if (!ctx.send(m.Filler, { n: sent, text })) break;
      // Lets the runtime write, and the peer's events in.
      if (sent % 16 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    journal(ctx, "flooded", { all: sent === frames });
  });
}
