/** A page with a client and its panel. */
import { wsClient } from "@ws-kit/client/zod";
import { panel } from "@ws-kit/devtools/client";
import { Join, LogIn, Report, Say } from "./messages.ts";

const client = wsClient({ url: new URLSearchParams(location.search).get("url") ?? "" });
const shown = panel(client);
Object.assign(globalThis, {
  act: () => ({
    logIn: () => client.request(LogIn, { name: "ada", password: "horse-battery" }),
    join: () => client.send(Join, { room: "lobby" }),
    say: (text: string) => client.send(Say, { room: "lobby", text }),
    report: (rows: number) => void client.request(Report, { rows }),
    close: () => client.close(),
    remove: () => shown.remove(),
  }),
});
void client.connect();
