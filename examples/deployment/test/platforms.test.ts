import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseToml } from "smol-toml";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";

const read = (file: string): string => readFileSync(join(import.meta.dirname, "..", file), "utf8");

/** What the program takes after its signal, as its own source says, in seconds. */
const program = read("server.ts");
const [, leaveMs = ""] = /LEAVE_MS = "(\d+)"/.exec(program) ?? [];
const [, drainMs = ""] = /timeoutMs: ([\d_]+) \}/.exec(program) ?? [];
const leaving = (Number(leaveMs) + Number(drainMs.replaceAll("_", ""))) / 1_000;

test("Kubernetes is told of the program's port, health check and patience", () => {
  expect(leaving).toBe(25);
  const documents = parseAllDocuments(read("kubernetes.yaml"), { strict: true });
  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  const [deployment, service, ingress] = documents.map((document) => document.toJS() as unknown);
  const pod = {
    terminationGracePeriodSeconds: expect.any(Number),
    containers: [
      expect.objectContaining({
        ports: [{ containerPort: 3000 }],
        env: expect.arrayContaining([{ name: "PORT", value: "3000" }]),
        readinessProbe: expect.objectContaining({ httpGet: { path: "/healthz", port: 3000 } }),
      }),
    ],
  };
  expect(deployment).toMatchObject({ kind: "Deployment", spec: { template: { spec: pod } } });
  const { spec } = deployment as { spec: { template: { spec: { terminationGracePeriodSeconds: number } } } };
  expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(leaving);
  expect(service).toMatchObject({
    kind: "Service",
    spec: { selector: { app: "chat" }, ports: [{ targetPort: 3000 }] },
  });
  expect(ingress).toMatchObject({ kind: "Ingress" });
});

test("Fly.io is told the same, and starts what the image starts", () => {
  const fly = parseToml(read("fly.toml"));
  expect(fly).toMatchObject({
    kill_signal: "SIGTERM",
    env: { PORT: "3000" },
    http_service: { internal_port: 3000, concurrency: { type: "connections" }, checks: [{ path: "/healthz" }] },
  });
  expect(fly["kill_timeout"]).toBeGreaterThan(leaving);
  expect(program).toContain(`"SIGTERM"`);
  expect(read("Dockerfile")).toContain('CMD ["node", "server.ts"]');
});
