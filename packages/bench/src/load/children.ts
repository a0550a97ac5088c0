import { readFileSync } from "node:fs";

/** Processes that must not outlive this one. */
const children = new Set<Bun.Subprocess>();

function endAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

/** Ends a child with this process at the latest, however it ends; only a SIGKILL leaves that to the child. */
export function own(child: Bun.Subprocess): void {
  if (children.size === 0) {
    process.once("exit", endAll);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, leave);
  }
  children.add(child);
  void child.exited.then(() => {
    children.delete(child);
    if (children.size > 0) return;
    process.off("exit", endAll);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, leave);
  });
}

function leave(): void {
  process.exit(130);
}

/** The process that started this one's shell: pnpm, where it runs a script. */
function starter(): string {
  try {
    return /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${process.ppid}/status`, "latin1"))?.[1] ?? "";
  } catch {
    return "";
  }
}

/** Ends this process once pnpm has gone, which was told to end and did not pass it on. */
export function endWithPnpm(): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const first = starter();
  setInterval(() => starter() === first || leave(), 1_000).unref();
}
