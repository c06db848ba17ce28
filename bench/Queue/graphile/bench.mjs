// The same work by graphile-worker: producers that enqueue jobs which do nothing, with a bound on how many are under way; then a backlog.
// Says one line of JSON. Arguments: address of the database, seconds, producers, most jobs under way, size of the backlog.
import { makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";

const [connectionString, seconds, producers, underWay, backlog] = process.argv.slice(2).map((a, i) => (i ? Number(a) : a));
const concurrency = 64;
// As its documentation tells to do for throughput: fetch in batches, complete in batches.
const preset = { worker: { concurrentJobs: concurrency, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } };
const pgPool = new pg.Pool({ connectionString, max: 32 });
pgPool.on("error", (failure) => { throw failure; });
pgPool.on("connect", (client) => client.on("error", (failure) => { throw failure; }));
const logger = { scope: () => logger, error: console.error, warn() {}, info() {}, debug() {} };
const utils = await makeWorkerUtils({ pgPool, logger });
await utils.migrate();

let done = 0;
let onDone = () => {};
const taskList = { noop: async () => { done++; onDone(); } };
const start = () => run({ pgPool, concurrency, noHandleSignals: true, taskList, preset, logger });

let runner = await start();
const latencies = [];
for (let i = 0; i < 300; i++) {
  const began = performance.now();
  await new Promise((resolve) => { onDone = resolve; utils.addJob("noop", {}); });
  latencies.push(performance.now() - began);
}
onDone = () => {};

process.stdout.write("measuring\n"); // whoever started this reads the server's clock now
done = 0;
let asked = 0;
const cpu = process.cpuUsage();
const began = performance.now();
const end = began + seconds * 1000;
await Promise.all(Array.from({ length: producers }, async () => {
  while (performance.now() < end) {
    if (asked - done >= underWay) { await new Promise((resolve) => setTimeout(resolve, 1)); continue; }
    asked++;
    await utils.addJob("noop", {});
  }
}));
while (done < asked) await new Promise((resolve) => setTimeout(resolve, 1));
const rate = done / ((performance.now() - began) / 1000);
const used = process.cpuUsage(cpu);
const jobs = done;
process.stdout.write("measured\n"); // and now
await runner.stop();

for (let left = backlog; left > 0; left -= 1000) {
  await utils.addJobs(Array.from({ length: Math.min(1000, left) }, () => ({ identifier: "noop", payload: {} })));
}
done = 0;
const drained = performance.now();
runner = await start();
while (done < backlog) await new Promise((resolve) => setTimeout(resolve, 1));
const drain = backlog / ((performance.now() - drained) / 1000);
await runner.stop();
latencies.sort((a, b) => a - b);
console.log(JSON.stringify({ p50: latencies[150], rate, cpu: (used.user + used.system) / jobs, jobs, drain }));
await utils.release();
await pgPool.end();
