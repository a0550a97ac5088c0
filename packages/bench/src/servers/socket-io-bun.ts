import { Server as Engine } from "@socket.io/bun-engine";
import { Server } from "socket.io";
import { announce } from "./announce.ts";
import { handle } from "./socket-io-events.ts";

const io = new Server({ transports: ["websocket"] });
const engine = new Engine({ path: "/socket.io/" });
io.bind(engine);
handle(io);
const server = Bun.serve({ port: 0, ...(engine.handler() as object) } as never);
announce(server.port);
