import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type ChatServer, runChat, startChat } from "./server.ts";
import { Wire } from "./wire.ts";

let server: ChatServer;
beforeAll(async () => {
  server = await startChat();
});
afterAll(() => server.kill());

test("the page and its script are served", async () => {
  const page = await (await fetch(`http://localhost:${server.port}/`)).text();
  expect(page).toContain("<title>WS-Kit Chat</title>");
  const script = /<script[^>]* src="([^"]+)"/.exec(page)?.[1];
  const response = await fetch(new URL(script ?? "", `http://localhost:${server.port}/`));
  expect(response.status).toBe(200);
  expect(await response.text()).toContain("AUTHENTICATE");
});

test("a taken port is one line and exit code 1", async () => {
  const second = runChat(server.port);
  onTestFinished(() => void second.kill());
  const [output, errors, [code]] = await Promise.all([text(second.stdout), text(second.stderr), once(second, "exit")]);
  expect({ output, errors, code }).toEqual({
    output: "",
    errors: `Port ${server.port} is taken. Choose another one with PORT=${server.port + 1}\n`,
    code: 1,
  });
});

test("SIGTERM tells the clients to come back, and ends the process", async () => {
  const stopping = await startChat();
  const wire = await Wire.open(stopping.port);
  const exited = once(stopping.process, "exit");
  stopping.process.kill("SIGTERM");
  await wire.next("$ws:goaway");
  expect(await wire.closed()).toBe(1012);
  expect(await exited).toEqual([0, null]);
});
