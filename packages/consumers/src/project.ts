import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A folder of its own, in which nothing of this repository is found. */
export interface Project extends AsyncDisposable {
  readonly directory: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Runs a command line to its end. @returns what it printed. @throws Error with all of it, where it fails. */
  run(command: string, env?: Readonly<Record<string, string>>): Promise<string>;
  /** Starts a command line that goes on. @returns the first match among the lines that it prints. */
  start(command: string, pattern: RegExp, env?: Readonly<Record<string, string>>): Promise<RegExpExecArray>;
}

/**
 * @param registry Where the packages under test are installed from.
 * @param path Where commands are looked for first.
 */
export async function createProject(registry: string, path: readonly string[] = []): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), "consumer-"));
  await writeFile(join(directory, ".npmrc"), `@ws-kit:registry=${registry}\naudit=false\nfund=false\nloglevel=error\n`);
  const children: ChildProcess[] = [];
  const home = join(directory, ".home");
  await mkdir(home);
  const environment = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => {
    // Those of the test runner are no concern of a consumer.
    const { NODE_OPTIONS: _options, NODE_ENV: _env, VITEST: _vitest, ...rest } = process.env;
    const kept = Object.fromEntries(
      Object.entries(rest).filter(([name]) => !/^(npm_|pnpm_|VITEST_|JEST_)/i.test(name)),
    );
    return { ...kept, PATH: [...path, process.env["PATH"]].join(":"), NEXT_TELEMETRY_DISABLED: "1", ...more };
  };
  return {
    directory,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(directory, name)), { recursive: true });
        await writeFile(join(directory, name), text);
      }
    },
    async run(command, env = {}) {
      try {
        const options = { cwd: directory, env: environment(env), maxBuffer: 2 ** 26 };
        const { stdout, stderr } = await run("bash", ["-c", command], options);
        return stdout + stderr;
      } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        throw new Error(`${command} failed\n${stdout}${stderr}`, { cause: error });
      }
    },
    async start(command, pattern, env = {}) {
      // A group of its own, so that what it starts ends with it.
      const child = spawn("bash", ["-c", command], {
        cwd: directory,
        env: environment(env),
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      });
      children.push(child);
      let seen = "";
      child.stderr.on("data", (chunk: Buffer) => (seen += chunk.toString()));
      const lines = createInterface(child.stdout);
      for await (const line of lines) {
        seen += `${line}\n`;
        const match = pattern.exec(line);
        if (match === null) continue;
        child.stdout.resume();
        return match;
      }
      throw new Error(`${command} ended without ${String(pattern)}\n${seen}`);
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
        const exit = once(child, "exit");
        process.kill(-child.pid, "SIGKILL");
        await exit;
      }
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Copies the files of a folder beside this one into a project. */
export async function copyInto(project: Project, folder: string): Promise<void> {
  await cp(join(import.meta.dirname, "..", folder), project.directory, { recursive: true });
}
