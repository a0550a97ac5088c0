import type { Client } from "@ws-kit/client";
import { wsClient } from "@ws-kit/client/zod";
import { beforeAll, expect, test } from "vitest";
import { compiled } from "./compiled.ts";

let html: (client?: Client) => string;
beforeAll(async () => {
  const code = await compiled("ssr.ts", "server", { platform: "node" });
  ({ html } = (await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`)) as {
    html: typeof html;
  });
});

test("on a server it renders, and dials nothing", () => {
  const client = wsClient({
    url: () => {
      throw new Error("dialed");
    },
  });
  expect(html(client)).toBe("<p>connecting true</p>");
  expect(client.state).toBe("closed");
});

test("without a client it says what is missing", () => {
  expect(() => html()).toThrow("No client: provideClient(client)");
});
