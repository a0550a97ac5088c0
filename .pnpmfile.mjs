import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = import.meta.dirname;

/** Where the project lives: empty until it has a public address, and a release refuses to be one before that. */
const address = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).repository.url;

/** A manifest as it is published: it says where it comes from, and nothing of how it is built. */
export function published({ devDependencies: _built, scripts: _run, ...manifest }, directory, url = address) {
  if (url === "") return manifest;
  const folder = directory.slice(root.length + 1).replaceAll("\\", "/");
  return {
    ...manifest,
    repository: { type: "git", url: `git+${url}.git`, directory: folder },
    homepage: `${url}/tree/main/${folder}#readme`,
    bugs: `${url}/issues`,
  };
}

export const hooks = { beforePacking: (manifest, directory) => published(manifest, directory) };
