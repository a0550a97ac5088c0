import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { startWorkerd } from "./workerd.ts";

test("checks are composed where workerd generates no code, and the schema itself is asked only why it refuses", async () => {
  const server = await startWorkerd(`${import.meta.dirname}/workers/checks.ts`, ["Room"]);
  onTestFinished(() => server.stop());
  const ws = new WebSocket(`ws://${server.host}/rooms/a`);
  onTestFinished(() => ws.terminate());
  await new Promise((resolve, reject) => {
    ws.on("open", resolve);
    ws.on("error", reject);
  });
  const ask = (type: string, payload?: object) =>
    new Promise<{ type: string; payload: Record<string, unknown> }>((resolve) => {
      ws.once("message", (data: Buffer) => resolve(JSON.parse(data.toString()) as never));
      ws.send(JSON.stringify({ type, payload }));
    });

  const payload = { id: "0b6f5d1c-7a57-4f0e-9c4e-52ab01234567", kind: "a", tags: ["x"], at: [1, 2], by: 5 };
  const answer = { type: "ANSWERED", payload: { ...payload, size: 7 } };
  for (let i = 0; i < 3; i++) expect(await ask("ASK", { ...payload, undeclared: 1 })).toEqual(answer);
  expect((await ask("RUNS")).payload).toEqual({ asked: 0, answered: 0, generated: "EvalError" });

  expect((await ask("ASK", { ...payload, at: [1, "2"] })).payload).toMatchObject({
    code: "INVALID_ARGUMENT",
    details: { in: "payload", issues: [{ path: ["at", 1] }] },
  });
  expect((await ask("RUNS")).payload).toMatchObject({ asked: 1, answered: 0 });
});
