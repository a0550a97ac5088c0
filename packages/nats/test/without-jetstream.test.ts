import { nodeSide } from "@ws-kit/conformance/engines/node-side";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { natsEngine } from "@ws-kit/nats";
import { expect, test, vi } from "vitest";

withServer("nats", "a server without JetStream", (path) => {
  test("is called that where presence needs one", async () => {
    const server = await startNats(path);
    const links: string[] = [];
    const side = nodeSide({ members: true, link: (state) => void links.push(state) });
    const session = natsEngine({ servers: `127.0.0.1:${server.port}` }).connect(side);
    try {
      await vi.waitFor(() => expect(links).toEqual(["up"]));
      const renewed = session.members?.renew("node-1", 10_000, true);
      await expect(renewed).rejects.toMatchObject({
        message: expect.stringContaining("nats-server --jetstream"),
        cause: expect.objectContaining({ name: "RequestError" }),
      });
    } finally {
      await session.close();
      await server.stop();
    }
  });
});
