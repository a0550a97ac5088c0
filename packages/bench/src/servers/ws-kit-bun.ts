import { serve } from "@ws-kit/bun";
import { announce } from "./announce.ts";
import { benchRouter } from "./ws-kit-router.ts";

announce(serve(await benchRouter(process.argv), { port: 0, maxUpgradesPerSecond: Infinity }).port);
