import { runNode } from "@ws-kit/chaos/node";
import { natsEngine } from "@ws-kit/nats";

await runNode(natsEngine({ servers: `127.0.0.1:${process.env["ENGINE_PORT"]}` }));
