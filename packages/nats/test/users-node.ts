import { serveUsers } from "@ws-kit/chaos/users-node";
import { natsEngine } from "@ws-kit/nats";

await serveUsers(natsEngine({ servers: `127.0.0.1:${process.argv[2]}` }));
