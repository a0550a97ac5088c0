import { connect } from "@nats-io/transport-node";
import { nodeSide } from "@ws-kit/conformance/engines/node-side";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { natsEngine } from "@ws-kit/nats";
import { expect, test, vi } from "vitest";

withServer("nats", "notices of other nodes", (path) => {
  test("what is none of them is passed over, whatever it is", async () => {
    const server = await startNats(path, ["-js"]);
    const servers = `127.0.0.1:${server.port}`;
    const links: string[] = [];
    const changes: string[] = [];
    const side = nodeSide({
      records: true,
      changed: (topic, epoch) => void changes.push(`${topic} ${epoch}`),
      link: (state) => void links.push(state),
    });
    const session = natsEngine({ servers }).connect(side);
    const somebody = await connect({ servers });
    try {
      await vi.waitFor(() => expect(links).toEqual(["up"]));
      const notices = ["", "{", "null", "5", "[]", "{}", '{"topic":1,"of":"a","epoch":"b"}', '{"topic":"t","of":"a"}'];
      for (const notice of [...notices, '{"topic":"room","of":"a","epoch":"b"}']) somebody.publish("ws-kit.c", notice);
      await vi.waitFor(() => expect(changes.at(-1)).toBe("room b"));
      expect(changes).toEqual(["room b"]);
      expect(links).toEqual(["up"]);
    } finally {
      await somebody.close();
      await session.close();
      await server.stop();
    }
  });
});
