import { serve } from "@ws-kit/node";
import { announce } from "./announce.ts";
import { benchRouter } from "./ws-kit-router.ts";

const server = serve(await benchRouter(process.argv), { port: 0, maxUpgradesPerSecond: Infinity });
await server.ready;
announce(server.port);
