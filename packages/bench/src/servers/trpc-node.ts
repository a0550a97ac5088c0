import type { AddressInfo } from "node:net";
import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";
import { z } from "zod";
import { shape } from "../messages.zod.ts";
import { announce } from "./announce.ts";

const t = initTRPC.create();
const Payload = z.object(shape);
const router = t.router({
  echo: t.procedure
    .input(Payload)
    .output(Payload)
    .mutation(({ input }) => input),
  ask: t.procedure
    .input(Payload)
    .output(Payload)
    .mutation(({ input }) => input),
});
const wss = new WebSocketServer({ port: 0, perMessageDeflate: false });
applyWSSHandler({ wss, router });
wss.on("listening", () => announce((wss.address() as AddressInfo).port));
