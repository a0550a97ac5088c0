import type { Client } from "@ws-kit/client";
import { wsClient } from "@ws-kit/client/zod";
import { GetUser } from "@ws-kit/conformance/views/messages";
import { createComponent } from "solid-js";
import { renderToString } from "solid-js/web";
import { expect, test } from "vitest";
import { useConnection, useRequest, WsProvider } from "../src/index.ts";

function Page(): string {
  const connection = useConnection();
  const user = useRequest(GetUser, { id: "1" });
  return `${connection.state} ${user.isPending}`;
}

const page = (client: Client) => () =>
  createComponent(WsProvider, {
    client,
    get children() {
      return createComponent(Page, {});
    },
  });

test("on a server it renders, and dials nothing", () => {
  const client = wsClient({
    url: () => {
      throw new Error("dialed");
    },
  });
  expect(renderToString(page(client))).toBe("connecting true");
  expect(client.state).toBe("closed");
});

test("without a provider it says what is missing", () => {
  expect(() => renderToString(() => createComponent(Page, {}))).toThrow("No <WsProvider client={…}>");
});
