import { serve } from "@ws-kit/bun";
import { devtools } from "@ws-kit/devtools";
import page from "../page/index.html";
import { watchRooms } from "./archive.ts";
import * as messages from "../shared/messages.ts";
import { chat } from "./chat.ts";

const port = Number(process.env["PORT"] ?? 3000);
/** Bun then bundles the page anew on every change and reloads it. */
const development = process.env["NODE_ENV"] === "development";

/** Everything that travels. */
const sent = Object.values(messages).filter((each) => typeof each === "object");
/** What happens here is shown at /devtools, as long as nobody else is served: production would have to say who may look. */
const tools = process.env["NODE_ENV"] === "production" ? undefined : devtools(chat, { messages: sent });

chat.onLink((report) => {
  console.log(
    report.state === "down" ? "The link to Redis is down" : `The link to Redis is up after ${report.downMs} ms`,
  );
});

try {
  const server = serve(chat, { port, path: "/ws", routes: { "/": page }, development, fetch: tools });
  const stopWatching = watchRooms();
  console.log(`The chat is at ${server.url}

Open it in two tabs: each is its own user. Stop this with Ctrl+C and start it again, and they come back by themselves.
Then look at examples/chat/server/chat.ts, or at examples/patterns, examples/dashboard and examples/game.
  npx -y pnpm@12 run docs   serves the docs
  npx -y pnpm@12 test       runs every test
  npm create ws-kit         begins a project of your own`);

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // Tells the pages to come back in a moment, rather than letting their connections drop.
    process.once(signal, () => {
      stopWatching();
      void server.stop().then(() => process.exit());
    });
  }
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  console.error(code === "EADDRINUSE" ? `Port ${port} is taken. Choose another one with PORT=${port + 1}` : message);
  process.exit(1);
}
