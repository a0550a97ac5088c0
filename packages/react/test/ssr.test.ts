import { wsClient } from "@ws-kit/client/zod";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { useConnection, useRequest, WsProvider } from "../src/index.ts";
import { GetUser } from "@ws-kit/conformance/views/messages";

function Page() {
  const { state } = useConnection();
  const { isPending } = useRequest(GetUser, { id: "1" });
  return createElement("p", null, `${state} ${isPending}`);
}

test("on a server it renders, and dials nothing", () => {
  const client = wsClient({
    url: () => {
      throw new Error("dialed");
    },
  });
  expect(renderToString(createElement(WsProvider, { client }, createElement(Page)))).toBe("<p>connecting true</p>");
  expect(client.state).toBe("closed");
});

test("without a provider it says what is missing", () => {
  expect(() => renderToString(createElement(Page))).toThrow("No <WsProvider client={…}> above this component");
});
