import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { withVersions } from "../scripts/catalog.ts";
import { absoluteLinks } from "../scripts/npm-readmes.ts";

interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  description?: string;
  keywords?: string[];
  engines?: Record<string, string>;
  license?: string;
  devDependencies?: unknown;
  repository?: object;
}

const root = join(import.meta.dirname, "..");
const read = (path: string): Manifest => JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest;
const published = globSync("packages/*/package.json", { cwd: root })
  .map(read)
  .filter((manifest) => manifest.private !== true);

describe.each(published)("$name", (manifest) => {
  test("says what it is, for whom and under which terms", () => {
    expect(manifest).toMatchObject({ description: expect.stringMatching(/\w{3}.*\.$/), license: "MIT" });
    expect(manifest.keywords?.length).toBeGreaterThan(4);
    expect(Object.keys(manifest.engines ?? {})).toHaveLength(1);
  });

  test("begins above what the registry has under this name", () => {
    const [major = 0, minor = 0] = manifest.version.split(".").map(Number);
    expect(major > 0 || minor >= 10).toBe(true);
  });
});

test("what is packed says where it comes from, and nothing of how it is built", async () => {
  const { published: asPublished } = (await import(join(root, ".pnpmfile.mjs"))) as {
    published: (manifest: Manifest, directory: string, url?: string) => Manifest;
  };
  const packed = (url?: string): Manifest =>
    asPublished(read("packages/core/package.json"), join(root, "packages/core"), url);
  expect(packed()).not.toHaveProperty("devDependencies");
  expect(packed("")).not.toHaveProperty("repository");
  expect(packed("https://example.com/ws-kit")).toMatchObject({
    repository: { type: "git", url: "git+https://example.com/ws-kit.git", directory: "packages/core" },
    homepage: "https://example.com/ws-kit/tree/main/packages/core#readme",
    bugs: "https://example.com/ws-kit/issues",
  });
});

test("what several manifests name has one version, which examples have as well", () => {
  const versions = new Map<string, Set<string>>();
  for (const path of globSync(["{packages,examples}/*/package.json", "docs/package.json", "package.json"], {
    cwd: root,
  })) {
    const { dependencies, devDependencies } = JSON.parse(
      withVersions(readFileSync(join(root, path), "utf8")),
    ) as Record<string, Record<string, string> | undefined>;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  expect([...versions].filter(([, named]) => named.size > 1)).toEqual([]);
});

describe("on npm, where a README stands alone", () => {
  const url = "https://example.com/ws-kit";
  const readmes = globSync("packages/*/README.md", { cwd: root });

  test("its links lead to the project's address", () => {
    const readme =
      "[a](../zod), [`b`](../../docs/server.md#errors)\n[c](dashboards/x.json) [d](#here) [e](https://a.b/c)\n";
    const code = "`x[0](y)`\n```ts\nhandlers[type](payload);\n```\n";
    expect(absoluteLinks(readme + code, "packages/core", url)).toBe(
      `[a](${url}/tree/main/packages/zod), [\`b\`](${url}/blob/main/docs/server.md#errors)\n` +
        `[c](${url}/blob/main/packages/core/dashboards/x.json) [d](#here) [e](https://a.b/c)\n${code}`,
    );
  });

  test.each(readmes)("%s leads nowhere else, and to what there is", (readme) => {
    const text = absoluteLinks(readFileSync(join(root, readme), "utf8"), dirname(readme), url);
    const targets = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target);
    expect(targets.filter((target) => !/^(https:\/\/|#)/.test(target))).toEqual([]);
    const ours = targets
      .filter((target) => target.startsWith(url))
      .map((target) => target.split(/\/main\/|#/)[1] ?? "");
    expect(ours.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("it is written so before anything is published", () => {
    const { scripts } = read("package.json") as unknown as { scripts: { release: string } };
    expect(scripts.release).toMatch(/check-release\.ts && node scripts\/npm-readmes\.ts && .*publish$/);
  });
});

test("a release is refused while the project has no address", () => {
  const { repository } = read("package.json") as unknown as { repository: { url: string } };
  const { stderr } = spawnSync(process.execPath, ["scripts/check-release.ts"], { cwd: root, encoding: "utf8" });
  expect(stderr.includes("repository.url")).toBe(repository.url === "");
});
