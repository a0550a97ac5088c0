import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkConsumer } from "./consumer.ts";

/**
 * Holds what would be published, not what lies in the repository: packs every public package, puts the tarballs before
 * publint and are-the-types-wrong, and uses them in a project of their own. Needs a build.
 */

interface Manifest {
  name: string;
  private?: boolean;
  exports?: Record<string, string | Record<string, string>>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const failures: string[] = [];
const directory = await mkdtemp(join(tmpdir(), "packed-"));
try {
  const packages = globSync("packages/*/package.json")
    .map((path) => ({ path, manifest: JSON.parse(readFileSync(path, "utf8")) as Manifest }))
    .filter(({ manifest }) => !manifest.private);
  const tarballs = new Map(packages.map(({ path, manifest }) => [manifest.name, pack(join(path, ".."))]));
  for (const [name, tarball] of tarballs) check(name, tarball);
  failures.push(...(await checkConsumer(join(directory, "consumer"), tarballs)));
} finally {
  await rm(directory, { recursive: true, force: true });
}

for (const failure of failures) console.error(failure);
console.log(failures.length === 0 ? "Every package is fit to publish" : `${failures.length} packaging problems`);
process.exitCode = failures.length === 0 ? 0 : 1;

function pack(folder: string): string {
  const out = execFileSync("pnpm", ["pack", "--json", "--pack-destination", directory], {
    cwd: folder,
    encoding: "utf8",
  });
  return (JSON.parse(out) as { filename: string }).filename;
}

function check(name: string, tarball: string): void {
  const files = run("tar", ["-tzf", tarball]).output.split("\n").filter(Boolean);
  const manifest = JSON.parse(run("tar", ["-xzOf", tarball, "package/package.json"]).output) as Manifest;

  for (const file of files) {
    // Beside what is built: Grafana's and Prometheus's files, and what projects are made of; tests try both.
    if (!/^package\/(dist\/|dashboards\/|templates\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$)/.test(file)) {
      failures.push(`${name}: packs ${file}`);
    }
    // What a project begins with has a test.
    if (/\.test\.|\.test-d\./.test(file) && !file.startsWith("package/templates/"))
      failures.push(`${name}: packs the test ${file}`);
  }
  for (const needed of ["package/README.md", "package/LICENSE"]) {
    if (!files.includes(needed)) failures.push(`${name}: lacks ${needed}`);
  }
  for (const target of Object.values(manifest.exports ?? {}).flatMap((e) =>
    typeof e === "string" ? e : Object.values(e),
  )) {
    if (!files.includes(join("package", target))) failures.push(`${name}: exports ${target}, which it does not pack`);
  }
  for (const [dependency, range] of Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    if (range.startsWith("workspace:")) failures.push(`${name}: depends on ${dependency} by ${range}`);
  }
  for (const file of files.filter((path) => path.endsWith(".d.ts"))) {
    // Of another package: a file that is packed beside it resolves.
    const bare = /^import ['"][^.].*/m.exec(run("tar", ["-xzOf", tarball, file]).output);
    if (bare) failures.push(`${name}: ${file} has ${bare[0]}, which not every consumer can resolve`);
  }
  demand(name, "publint", [tarball, "--strict"]);
  demand(name, "attw", [tarball, "--profile", "esm-only", "--no-color", "--no-emoji"]);
}

function demand(name: string, tool: string, args: string[]): void {
  const { ok, output } = run(tool, args);
  console.log(`${ok ? "ok  " : "FAIL"} ${name} ${tool}`);
  if (!ok) failures.push(`${name}: ${tool}\n${output}`);
}

function run(command: string, args: string[]): { ok: boolean; output: string } {
  try {
    return { ok: true, output: execFileSync(command, args, { encoding: "utf8", stdio: "pipe" }) };
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return { ok: false, output: `${stdout ?? ""}${stderr ?? ""}` };
  }
}
