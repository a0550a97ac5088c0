import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Packed } from "./pack.ts";

export interface Registry extends AsyncDisposable {
  readonly url: string;
}

/** A registry of npm with these packages, that sends on to npm's for all others: so commands can be run as they are written. */
export async function startRegistry(packages: readonly Packed[]): Promise<Registry> {
  const tarballs = new Map<string, Buffer>();
  const documents = new Map<string, object>();
  const server = createServer((req, res) => {
    const path = decodeURIComponent(new URL(req.url ?? "/", "http://localhost").pathname).slice(1);
    const tarball = tarballs.get(path);
    const found = documents.get(path);
    if (tarball !== undefined || found !== undefined) return res.end(tarball ?? JSON.stringify(found));
    const isOurs = path.startsWith("@ws-kit/");
    return res.writeHead(isOurs ? 404 : 307, isOurs ? {} : { location: `https://registry.npmjs.org${req.url}` }).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const { manifest, tarball } of packages) {
    const { name, version } = manifest;
    const bytes = await readFile(tarball);
    const file = `${name}/-/${version}.tgz`;
    tarballs.set(file, bytes);
    const dist = {
      tarball: url + file,
      shasum: createHash("sha1").update(bytes).digest("hex"),
      integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    };
    documents.set(name, { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } });
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
