// `pnpm start`: the chat. Runs on whichever Node started pnpm, from 20 on, and before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const chat = `${root}/examples/chat`;
// The shell finds `.cmd` files on Windows.
const options = { stdio: "inherit", shell: process.platform === "win32" };

// Where everything is installed already, for development, that is brought up to date; else the chat gets what it needs.
const everything = existsSync(`${root}/node_modules/vitest`);
const { status } = spawnSync(
  "pnpm",
  ["install", ...(everything ? [] : ["--prod", "--filter", "example-chat..."])],
  options,
);
if (status !== 0) process.exit(status ?? 1);

const server = spawn(`${chat}/node_modules/.bin/bun`, ["server/main.ts"], { ...options, cwd: chat });
// The server says goodbye to its clients first.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.kill(signal));
server.on("exit", (code) => process.exit(code ?? 1));
