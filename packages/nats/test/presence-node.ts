import { runPresenceNode } from "@ws-kit/conformance/engines/presence-node";
import { natsEngine } from "@ws-kit/nats";

runPresenceNode(natsEngine({ servers: `nats://127.0.0.1:${process.env["ENGINE_PORT"]}` }));
