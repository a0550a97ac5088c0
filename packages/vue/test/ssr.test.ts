import { wsClient } from "@ws-kit/client/zod";
import { GetUser } from "@ws-kit/conformance/views/messages";
import { renderToString } from "@vue/server-renderer";
import { expect, test } from "vitest";
import { createSSRApp, h } from "vue";
import { useConnection, useRequest, wsKit } from "../src/index.ts";

const Page = {
  setup() {
    const { state } = useConnection();
    const { isPending } = useRequest(GetUser, { id: "1" });
    return () => h("p", `${state.value} ${isPending.value}`);
  },
};

test("on a server it renders, and dials nothing", async () => {
  const client = wsClient({
    url: () => {
      throw new Error("dialed");
    },
  });
  expect(await renderToString(createSSRApp(Page).use(wsKit, { client }))).toBe("<p>connecting true</p>");
  expect(client.state).toBe("closed");
});

test("without a client it says what is missing", async () => {
  await expect(renderToString(createSSRApp(Page))).rejects.toThrow("No client: app.use(wsKit, { client })");
});
