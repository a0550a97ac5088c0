import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { announce } from "./announce.ts";
import { handle } from "./socket-io-events.ts";

const http = createServer();
handle(new Server(http, { transports: ["websocket"] }));
http.listen(0, () => announce((http.address() as AddressInfo).port));
