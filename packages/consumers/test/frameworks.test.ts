import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { launchBrowser } from "../../../test/browser.ts";
import { whyLeftOut } from "../src/left-out.ts";
import { show } from "../src/page.ts";
import { copyInto, createProject } from "../src/project.ts";

interface Framework {
  readonly install: string;
  /** Begins as its README does. */
  readonly files: Readonly<Record<string, string>>;
}

const URL_OF_SOCKET = `location.origin.replace("http", "ws") + "/ws"`;
const config = (source: string, call: string): string => `
  import plugin from "${source}";
  export default { plugins: [plugin${call}], build: { outDir: "out" } };`;

/** A page of each: what a request brings is called out, and what comes back of it becomes the title. */
const FRAMEWORKS: Readonly<Record<string, Framework>> = {
  react: {
    install: "react@19 react-dom@19 @vitejs/plugin-react@6",
    files: {
      "vite.config.js": config("@vitejs/plugin-react", "()"),
      "main.jsx": `
        import { wsClient } from "@ws-kit/client/zod";
        import { useConnection, useMessage, useRequest, WsProvider } from "@ws-kit/react";
        import { useEffect } from "react";
        import { createRoot } from "react-dom/client";
        import { Add, Say } from "./messages.js";

        const client = wsClient({ url: ${URL_OF_SOCKET} });
        function App() {
          const { state } = useConnection();
          const { data } = useRequest(Add, { a: 1, b: 2 });
          useMessage(Say, ({ payload }) => { document.title = payload.text; });
          useEffect(() => { if (data) client.send(Say, { text: "sum " + data.sum }); }, [data]);
          return <p>{state} {data?.sum}</p>;
        }
        createRoot(document.getElementById("app")).render(<WsProvider client={client}><App /></WsProvider>);`,
    },
  },
  vue: {
    install: "vue@3 @vitejs/plugin-vue@6",
    files: {
      "vite.config.js": config("@vitejs/plugin-vue", "()"),
      "main.jsx": `
        import { wsClient } from "@ws-kit/client/zod";
        import { wsKit } from "@ws-kit/vue";
        import { createApp } from "vue";
        import App from "./App.vue";
        createApp(App).use(wsKit, { client: () => wsClient({ url: ${URL_OF_SOCKET} }) }).mount("#app");`,
      "App.vue": `
        <script setup>
        import { useClient, useConnection, useMessage, useRequest } from "@ws-kit/vue";
        import { watch } from "vue";
        import { Add, Say } from "./messages.js";
        const client = useClient();
        const { state } = useConnection();
        const { data } = useRequest(Add, { a: 1, b: 2 });
        useMessage(Say, ({ payload }) => { document.title = payload.text; });
        watch(data, (sum) => { if (sum) client.send(Say, { text: "sum " + sum.sum }); }, { immediate: true });
        </script>
        <template><p>{{ state }} {{ data?.sum }}</p></template>`,
    },
  },
  svelte: {
    install: "svelte@5 @sveltejs/vite-plugin-svelte@7",
    files: {
      "vite.config.js": config("@sveltejs/vite-plugin-svelte", ".svelte()").replace(
        "import plugin",
        "import * as plugin",
      ),
      "main.jsx": `
        import { mount } from "svelte";
        import App from "./App.svelte";
        mount(App, { target: document.getElementById("app") });`,
      "App.svelte": `
        <script>
          import { wsClient } from "@ws-kit/client/zod";
          import { provideClient } from "@ws-kit/svelte";
          import Chat from "./Chat.svelte";
          provideClient(() => wsClient({ url: ${URL_OF_SOCKET} }));
        </script>
        <Chat />`,
      "Chat.svelte": `
        <script>
          import { useClient, useConnection, useMessage, useRequest } from "@ws-kit/svelte";
          import { Add, Say } from "./messages.js";
          const client = useClient();
          const connection = useConnection();
          const sum = useRequest(Add, () => ({ a: 1, b: 2 }));
          useMessage(Say, ({ payload }) => { document.title = payload.text; });
          $effect(() => { if (sum.data) client.send(Say, { text: "sum " + sum.data.sum }); });
        </script>
        <p>{connection.state} {sum.data?.sum}</p>`,
    },
  },
  solid: {
    install: "solid-js@1 vite-plugin-solid@2",
    files: {
      "vite.config.js": config("vite-plugin-solid", "()"),
      "main.jsx": `
        import { wsClient } from "@ws-kit/client/zod";
        import { useClient, useConnection, useMessage, useRequest, WsProvider } from "@ws-kit/solid";
        import { createEffect } from "solid-js";
        import { render } from "solid-js/web";
        import { Add, Say } from "./messages.js";

        function Chat() {
          const client = useClient();
          const connection = useConnection();
          const sum = useRequest(Add, { a: 1, b: 2 });
          useMessage(Say, ({ payload }) => { document.title = payload.text; });
          createEffect(() => { if (sum.data) client.send(Say, { text: "sum " + sum.data.sum }); });
          return <p>{connection.state} {sum.data?.sum}</p>;
        }
        render(
          () => <WsProvider client={() => wsClient({ url: ${URL_OF_SOCKET} })}><Chat /></WsProvider>,
          document.getElementById("app"),
        );`,
    },
  },
};

const why = whyLeftOut();

describe.skipIf(why)(`in a Vite project of a framework${why === undefined ? "" : `: ${why}`}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  test.each(Object.entries(FRAMEWORKS))(
    "@ws-kit/%s is built, and talks to a server",
    { timeout: 300_000 },
    async (name, { install, files }) => {
      await using project = await createProject(inject("registry"));
      await copyInto(project, "project");
      await project.write({
        "package.json": JSON.stringify({ private: true, type: "module" }),
        "index.html": `<!doctype html><html lang="en"><div id="app"></div><script type="module" src="/main.jsx"></script></html>`,
        ...files,
      });
      const ours = ["zod", "client", "node", name].map((part) => `@ws-kit/${part}@0`).join(" ");
      await project.run(`npm install ${ours} zod@4 vite@8 ${install}`);
      await project.run("npx vite build");
      const [, port] = await project.start("node server.js", /^listening on (\d+)$/);
      const { title, complaints } = await show(browser, `http://localhost:${port}/index.html`);
      expect(complaints).toEqual([]);
      expect(title).toBe("sum 3");
    },
  );
});
