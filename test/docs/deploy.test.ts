// The files that runners are deployed with: they parse, agree with each other and with the runner's settings, and break no rule of ours.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseAllDocuments } from "yaml";

const ROOT = join(import.meta.dirname, "..", "..");
const text = (file: string) => readFileSync(join(ROOT, file), "utf8");
const DEPLOY = "gpu-runner/deploy";
const files = globSync(`${DEPLOY}/**/*.yaml`, { cwd: ROOT });

// biome-ignore lint/suspicious/noExplicitAny: these are other people's formats, and the assertions are their types
function load(file: string): any {
  const [document, ...more] = parseAllDocuments(text(file), { strict: true, uniqueKeys: true });
  assert.equal(more.length, 0);
  assert.deepEqual([document?.errors, document?.warnings], [[], []]);
  return document?.toJS();
}

const deployment = load(`${DEPLOY}/kubernetes/deployment.yaml`);
const secret = load(`${DEPLOY}/kubernetes/secret.example.yaml`);
const scaled = load(`${DEPLOY}/kubernetes/scaledobject.yaml`);
const compose = load(`${DEPLOY}/compose.yaml`);
const pod = deployment.spec.template.spec;
const [container] = pod.containers;
// biome-ignore lint/suspicious/noExplicitAny: as above
const env = new Map<string, any>(container.env.map((entry: { name: string }) => [entry.name, entry]));

function stopSeconds(): number {
  const seconds = /^STOP_SECONDS = ([0-9.]+)$/m.exec(text("gpu-runner/orthoplex/runner/service.py"))?.[1];
  assert.ok(Number(seconds) > 0);
  return Number(seconds);
}

test("every file of the deployment is one YAML document without a fault", () => {
  assert.ok(files.length >= 4);
  for (const file of files) assert.equal(typeof load(file), "object", file);
});

test("every setting in them is one that the runner knows", () => {
  const known = text("gpu-runner/orthoplex/runner/config.py");
  for (const file of files) {
    for (const [name] of text(file).matchAll(/ORTHOPLEX_[A-Z_]+/g))
      assert.ok(known.includes(name), `${file}: ${name}`);
  }
});

test("docs/deploy.md names every one of them and every setting of the Worker", () => {
  const page = text("docs/deploy.md");
  for (const name of [
    "compose.yaml",
    "deployment.yaml",
    "scaledobject.yaml",
    "METRICS_TOKEN",
    "LOG_REQUESTS",
    "PUBLIC_ORIGIN",
  ]) {
    assert.ok(page.includes(name), name);
  }
});

test("docs/deploy.md creates every queue, bucket and database of wrangler.toml and nothing else", () => {
  const config = text("wrangler.toml").replace(/^\s*#.*$/gm, "");
  const named = (key: string) => [
    ...new Set([...config.matchAll(new RegExp(`^${key} = "([^"]+)"`, "gm"))].map(([, name]) => name ?? "")),
  ];
  const page = text("docs/deploy.md");
  const made = (command: string) =>
    [...page.matchAll(new RegExp(`^\\s*npx wrangler ${command} create (\\S+)$`, "gm"))].map(
      ([, name]) => name ?? "",
    );
  const queues = [...new Set([...named("queue"), ...named("dead_letter_queue")])];
  assert.ok(queues.length >= 4);
  assert.deepEqual(made("queues").sort(), queues.sort());
  assert.deepEqual(made("r2 bucket"), named("bucket_name"));
  assert.deepEqual(made("d1"), named("database_name"));
});

describe("the Deployment", () => {
  test("selects the pods that it makes", () => {
    assert.deepEqual(deployment.spec.selector.matchLabels, deployment.spec.template.metadata.labels);
    assert.ok(container.image.includes("orthoplex-runner"));
  });

  test("gives each pod a GPU, and time to finish or release its jobs", () => {
    assert.equal(container.resources.limits["nvidia.com/gpu"], "1");
    const drain = Number(env.get("ORTHOPLEX_DRAIN_SECONDS").value);
    assert.ok(drain > 0 && pod.terminationGracePeriodSeconds > drain + stopSeconds());
  });

  test("bounds the cache below the size of its volume", () => {
    const volume = pod.volumes.find(({ name }: { name: string }) => name === "cache");
    const mebibytes = 1024 * Number(/^(\d+)Gi$/.exec(volume.emptyDir.sizeLimit)?.[1]);
    assert.ok(Number(env.get("ORTHOPLEX_CACHE_MIB").value) < mebibytes);
  });

  test("mounts the key so that a new one arrives while the pod runs", () => {
    const mount = container.volumeMounts.find(({ name }: { name: string }) => name === "token");
    assert.equal(mount.subPath, undefined);
  });

  test("watches the file that the runner touches", () => {
    const alive = env.get("ORTHOPLEX_ALIVE_FILE").value;
    for (const probe of [container.startupProbe, container.livenessProbe]) {
      assert.ok(probe.exec.command.join(" ").includes(alive));
    }
    const mounts: string[] = container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
    assert.ok(mounts.some((path) => alive.startsWith(`${path}/`)));
    assert.ok(
      mounts.includes(/ORTHOPLEX_CACHE_DIR=(\S+)/.exec(text("gpu-runner/Dockerfile"))?.[1] ?? "missing"),
    );
  });

  test("takes its key from the Secret only", () => {
    const volume = pod.volumes.find(({ name }: { name: string }) => name === "token");
    assert.equal(volume.secret.secretName, secret.metadata.name);
    const mount = container.volumeMounts.find(({ name }: { name: string }) => name === "token");
    const [key] = Object.keys(secret.stringData);
    assert.equal(env.get("ORTHOPLEX_RUNNER_TOKEN_FILE").value, `${mount.mountPath}/${key}`);
    assert.equal(env.has("ORTHOPLEX_RUNNER_TOKEN"), false);
  });

  test("runs as the image's own user without further privileges", () => {
    assert.equal(
      String(pod.securityContext.runAsUser),
      /--uid (\d+)/.exec(text("gpu-runner/Dockerfile"))?.[1],
    );
    assert.equal(pod.securityContext.runAsNonRoot, true);
    const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = container.securityContext;
    assert.deepEqual(
      [allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities.drop],
      [false, true, ["ALL"]],
    );
  });
});

describe("the ScaledObject", () => {
  test("scales that Deployment, down to zero", () => {
    assert.equal(scaled.spec.scaleTargetRef.name, deployment.metadata.name);
    assert.equal(scaled.spec.minReplicaCount, 0);
  });

  test("queries Prometheus for queued and running jobs", () => {
    const queries: string[] = scaled.spec.triggers.map(
      ({ metadata }: { metadata: { query: string } }) => metadata.query,
    );
    assert.match(queries.join("\n"), /orthoplex_jobs_queued/);
    assert.match(queries.join("\n"), /orthoplex_jobs_running/);
  });
});

test("the compose file keeps the key in a secret, gives a GPU, and watches the file that the runner touches", () => {
  const { runner } = compose.services;
  const token: string = runner.environment.ORTHOPLEX_RUNNER_TOKEN_FILE;
  assert.ok(runner.secrets.includes(token.replace("/run/secrets/", "")));
  assert.ok(runner.healthcheck.test.join(" ").includes(runner.environment.ORTHOPLEX_ALIVE_FILE));
  assert.deepEqual(runner.deploy.resources.reservations.devices[0].capabilities, ["gpu"]);
  assert.equal(runner.read_only, true);
  const grace = Number(/^(\d+)s$/.exec(runner.stop_grace_period)?.[1]);
  assert.ok(grace > Number(runner.environment.ORTHOPLEX_DRAIN_SECONDS) + stopSeconds());
  // What was drained has exited 0.
  assert.equal(runner.restart, "on-failure");
});
